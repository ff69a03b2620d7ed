/** ES modules that stay ES chunks: AMD modules load them by `import()`. */
import type { Rolldown } from 'vite'
import type { Project } from '../context.ts'
import { AmdError } from '../error.ts'
import { quote } from '../module/registry.ts'
import type { Peers } from '../peers.ts'
import type { MadeModule } from '../types.ts'
import { sheetsOf } from './bundle.ts'
import { nativeModule, nativePlugin } from './code.ts'
import { NATIVE } from './names.ts'
import { idsIn, type BuiltPart } from './parts.ts'
import { linksTo, madeOf, pathTo } from './place.ts'

/**
 * AMD modules that load ES chunks.
 *
 * @returns One for each id, and the loader plugin that they need.
 * @throws {AmdError} `REQUIREJS_AMD_UNSUPPORTED` where they would be part of a single file.
 */
export function nativeModules(
  parts: readonly BuiltPart[],
  project: Project,
  bundle: Rolldown.OutputBundle,
  peers: Peers,
): readonly MadeModule[] {
  const { prefix, build } = project
  const modules = parts.flatMap((part) => {
    const sheets = sheetsOf(bundle, part.fileName).map((name) => peers.urls?.(name) ?? name)
    const code = styled(
      nativeModule(part.fileName),
      sheets.map((name) => pathTo(prefix, name)),
    )
    return idsIn(part, project).map((id) => madeOf(id, part.record, code))
  })
  const [first] = modules
  if (!first) return modules
  if (build?.single) {
    const message = `'${first.id}' is an ES module that is loaded by import(), and a single-file build has to run at once.`
    throw new AmdError('REQUIREJS_AMD_UNSUPPORTED', message, { file: build.file ?? build.folder })
  }
  const url = `new URL(requirejs.toUrl(${quote(pathTo(prefix, ''))} + name), document.baseURI).href`
  const publicName = `_kovu/${NATIVE}.js`
  const code = `define(${nativePlugin(url)});\n`
  return [...modules, { id: NATIVE, publicName, code, file: publicName, watch: [] }]
}

function styled(code: string, sheets: readonly string[]): string {
  if (sheets.length === 0) return code
  const head = `, 'require'], function (value, require) {${linksTo(sheets)}`
  return code.replace('], function (value) {', () => head)
}
