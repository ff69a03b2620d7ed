import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { lineOf } from '../error.ts'
import type { Layers } from '../layers.ts'
import { isSecret } from './names.ts'

/**
 * What of the settings is in git and should not be: rendered files, `<mode>.local.m4`, and secrets in definitions.
 *
 * @returns A sentence for each; none outside of a repository.
 */
export async function trackedSecrets(root: string, layers: Layers): Promise<string[]> {
  const outputs = layers.templates.map(({ output }) => output)
  const tracked = await listTracked(root, [...layers.definitions, ...outputs])
  const warnings: string[] = []
  const name = (file: string): string => path.relative(root, file)
  for (const output of outputs) {
    if (tracked.has(output))
      warnings.push(`${name(output)} is rendered, but git tracks it; git rm --cached it`)
  }
  for (const file of layers.definitions) {
    if (!tracked.has(file)) continue
    if (file.endsWith('.local.m4')) {
      warnings.push(`${name(file)} is for this machine, but git tracks it; git rm --cached it`)
    }
    const text = await readFile(file, 'utf8')
    const secrets = [
      ...text.matchAll(/define\(\s*[`[]?(\w+)['\]]?\s*,\s*(?=[`[]?[^`['\])\s])/g),
    ].filter(([, setting = '']) => isSecret(setting))
    const [first] = secrets
    if (!first) continue
    const list = [...new Set(secrets.map(([, setting]) => setting))].join(', ')
    warnings.push(
      `${name(file)}:${lineOf(text, first.index).line} holds ${list}, and git tracks it; keep secrets in <mode>.local.m4 or in the environment (\`env\`)`,
    )
  }
  return warnings
}

async function listTracked(root: string, files: readonly string[]): Promise<Set<string>> {
  return new Promise((resolve) => {
    const args = ['-C', root, 'ls-files', '-z', '--', ...files]
    execFile('git', args, { maxBuffer: 1e7, timeout: 10_000 }, (error, stdout) => {
      const found = error ? [] : stdout.split('\0').filter((file) => file !== '')
      resolve(new Set(found.map((file) => path.resolve(root, file))))
    })
  })
}
