/** Rolldown's bundle, asked as AMD modules need it. */
import type { Rolldown } from 'vite'

/** All chunks. */
export function chunksOf(bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] {
  return Object.values(bundle).filter((file) => file.type === 'chunk')
}

/** Chunks that chunks import, also late, with themselves. */
export function reached(bundle: Rolldown.OutputBundle, from: readonly string[]): Set<string> {
  const found = new Set(from)
  for (const name of found) {
    const chunk = bundle[name]
    if (chunk?.type !== 'chunk') continue
    for (const other of [...chunk.imports, ...chunk.dynamicImports]) {
      if (bundle[other]?.type === 'chunk') found.add(other)
    }
  }
  return found
}

/** Style sheets of a chunk and of what it imports at once. */
export function sheetsOf(bundle: Rolldown.OutputBundle, from: string): string[] {
  const sheets = new Set<string>()
  const seen = new Set([from])
  for (const name of seen) {
    const chunk = bundle[name]
    if (chunk?.type !== 'chunk') continue
    for (const other of chunk.imports) seen.add(other)
    for (const sheet of chunk.viteMetadata?.importedCss ?? []) sheets.add(sheet)
  }
  return [...sheets]
}
