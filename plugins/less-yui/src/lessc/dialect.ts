import type { Implementation } from './implementation.ts'

/**
 * The render options in the words of the less that is to read them: what newer versions call `rewriteUrls` and `math` had other names
 * before less 3.
 */
export function dialect(
  options: Readonly<Record<string, unknown>>,
  major: Implementation['major'],
): Record<string, unknown> {
  if (major >= 3) return { ...options }
  const { rewriteUrls, math, ...rest } = options
  return {
    ...(rewriteUrls !== undefined && { relativeUrls: rewriteUrls !== 'off' && rewriteUrls !== 0 }),
    ...(math !== undefined && { strictMath: math === 'strict' || math === 'parens' || math === 2 }),
    ...rest,
  }
}

/** Less 1.x has no `globalVars` and `modifyVars`: its lessc writes them around the sheet. */
export interface Framed {
  readonly input: string
  /** How far the first line has moved, in characters. */
  readonly moved: number
}

/** The sheet with its variables around it, on its own lines, so that places in errors stay right. */
export function frame(input: string, options: Readonly<Record<string, unknown>>): Framed {
  const before = declarations(options.globalVars)
  const after = declarations(options.modifyVars)
  return { input: before + input + (after && `\n${after}`), moved: before.length }
}

function declarations(variables: unknown): string {
  return Object.entries((variables ?? {}) as Record<string, unknown>)
    .map(([name, value]) => `@${name.replace(/^@/, '')}: ${String(value)}; `)
    .join('')
}
