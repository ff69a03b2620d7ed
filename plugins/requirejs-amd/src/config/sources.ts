/**
 * What a build file has done to sources. r.js looks at a source twice: when it traces dependencies, and when it writes
 * the module; conditions may have other values then.
 */
import { parseSync } from 'vite'
import { AmdError } from '../error.ts'
import { applyPragmas } from '../module/pragmas.ts'
import { toCommonJsWrapper } from './common-js.ts'
import type { SourceRules } from './types.ts'

/** The two looks at a source. */
export interface Sources {
  /** The source as dependencies are read off it. */
  readonly trace: (code: string, id: string, file: string) => string
  /** The source as it is written, where that differs from what was traced. */
  readonly saved: (id: string) => string | undefined
  /** What `onBuildWrite` made of a module, with the conditions of writing applied. */
  readonly written: (code: string, file: string) => string
}

const AMDEFINE =
  /if\s*\(\s*typeof define\s*!==?\s*['"]function['"]\s*\)\s*\{[^{}]*\bamdefine\b[^{}]*\}/g

/**
 * The transforms of a build file.
 *
 * @param rules What it says.
 * @param shimmed Has an id a shim? Such a file is a script, whatever it looks like.
 */
export function sourcesOf(rules: SourceRules, shimmed: (id: string) => boolean): Sources {
  const saved = new Map<string, string>()
  const onSave = {
    pragmas: { ...rules.pragmas, ...rules.pragmasOnSave },
    has: { ...rules.has, ...rules.hasOnSave },
  }
  const differs = Object.keys(rules.pragmasOnSave).length > 0 || Object.keys(onSave.has).length > 0
  const process = (code: string, file: string, when: typeof onSave): string => {
    const tested = withTests(code, when.has)
    const kept = rules.skipPragmas ? tested : applyPragmas(tested, when.pragmas, file)
    return rules.keepAmdefine ? kept : kept.replaceAll(AMDEFINE, sameLines)
  }
  return {
    trace(code, id, file) {
      const module = rules.cjsTranslate && !shimmed(id) ? toCommonJsWrapper(code, file) : code
      const read = rules.onBuildRead ? called(rules.onBuildRead, id, file, module) : module
      const traced = process(read, file, rules)
      if (!differs) return traced
      const written = process(read, file, onSave)
      const pruned = Object.keys(rules.has).length > 0 ? withoutDeadBranches(traced, file) : traced
      if (written === pruned) saved.delete(id)
      else saved.set(id, written)
      return pruned
    },
    saved: (id) => saved.get(id),
    written: (code, file) => process(code, file, onSave),
  }
}

function called(
  hook: NonNullable<SourceRules['onBuildRead']>,
  id: string,
  file: string,
  code: string,
): string {
  const read: unknown = hook(id, file, code)
  if (typeof read === 'string') return read
  const message = `\`onBuildRead\` gives no text for '${id}': it always has to return one.`
  throw new AmdError('REQUIREJS_AMD_BUILD_FILE', message, { file })
}

/** `has('x')` as the constant that the build file gives for it. */
function withTests(code: string, has: Readonly<Record<string, boolean>>): string {
  if (!code.includes('has')) return code
  return code.replaceAll(/\bhas\s*\(\s*['"]([^'"]+)['"]\s*\)/g, (call: string, test: string) =>
    Object.hasOwn(has, test) ? String(Boolean(has[test])) : call,
  )
}

/** Branches behind a constant `true` or `false` that never run: nothing in them is a dependency. */
function withoutDeadBranches(code: string, file: string): string {
  if (!/\bif\b/.test(code)) return code
  const { program, errors } = parseSync(file, code, { sourceType: 'script', preserveParens: false })
  if (errors.length > 0) return code
  const dead: { start: number; end: number }[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) return value.forEach(visit)
    const node = value as { type?: string; [key: string]: unknown }
    if (node.type === 'IfStatement') {
      const test = node['test'] as { type: string; value?: unknown }
      if (test.type === 'Literal' && typeof test.value === 'boolean') {
        const branch = node[test.value ? 'alternate' : 'consequent'] as (typeof dead)[0] | null
        const lives = node[test.value ? 'consequent' : 'alternate']
        if (branch) dead.push(branch)
        visit(lives)
        return
      }
    }
    for (const key in node) visit(node[key])
  }
  visit(program)
  let out = ''
  let at = 0
  for (const { start, end } of dead.sort((a, b) => a.start - b.start)) {
    out += `${code.slice(at, start)}{${sameLines(code.slice(start, end))}}`
    at = end
  }
  return out + code.slice(at)
}

/** Only the line breaks of a text. */
function sameLines(text: string): string {
  return text.replaceAll(/[^\n]/g, '')
}
