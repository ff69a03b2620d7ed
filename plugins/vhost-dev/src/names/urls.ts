import { homedir } from 'node:os'
import { styleText } from 'node:util'
import type { ResolvedHost } from '../options/hosts.ts'
import { targetText } from '../proxy/target.ts'

/** A host as the terminal shows it. */
export interface HostLine {
  /** A URL, or what stands for many. */
  readonly url: string
  readonly text: string
}

/**
 * The lines that name every host. A `*` host is shown by an example: `www`, where that has no route of its own.
 *
 * @param originOf Gives `https://host[:port]`.
 */
export function hostLines(
  hosts: readonly ResolvedHost[],
  base: string,
  originOf: (hostname: string) => string,
): HostLine[] {
  const patterns = new Set(hosts.map((host) => host.pattern))
  return hosts.map((host) => {
    const text = host.kind === 'vite' ? 'Vite' : `${host.name} (${targetText(host.target)})`
    const example = host.pattern.replace(/^\*/, 'www')
    const isWildcard = example !== host.pattern
    // What an expression stands for cannot be guessed, and what `www` is has been said.
    if (host.pattern.startsWith('/') || (isWildcard && patterns.has(example))) {
      return { url: `any name at ${host.pattern}`, text }
    }
    const note = isWildcard ? `, any name at ${host.pattern}` : ''
    return { url: originOf(example) + (host.kind === 'vite' ? base : '/'), text: text + note }
  })
}

/** Formats the lines as Vite formats its own. */
export function printedUrls(lines: readonly HostLine[], hint: string | undefined): string {
  const colours = process.stdout.isTTY && !process.env['NO_COLOR']
  const paint = (style: 'green' | 'cyan' | 'dim', text: string) =>
    colours ? styleText(style, text) : text
  const width = Math.max(...lines.map((line) => line.url.length))
  const rows = lines.map(
    ({ url, text }) =>
      `  ${paint('green', '➜')}  ${paint('cyan', url.padEnd(width))}  ${paint('dim', text)}`,
  )
  if (hint !== undefined) rows.push(`  ${paint('green', '➜')}  ${paint('dim', hint)}`)
  return rows.join('\n')
}

/** A path with the home folder as `~`. */
export function shortPath(path: string): string {
  const home = homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
