import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BundledFile, Chunk } from '../publish/bundle.ts'
import { contentHash } from '../tree/names.ts'
import { workDir } from '../work-dir.ts'

/** What is remembered of a bundle beside its files, which stay where Vite has written them. */
interface Remembered {
  /** The folder that Vite has written to, absolute. */
  readonly dir: string
  readonly files: readonly (readonly [fileName: string, digest: string, chunk?: Chunk])[]
}

/**
 * Remembers the last bundle, so that it can be published again with other style sheets.
 *
 * @param root Vite's root.
 * @param dir The folder that Vite has written to, absolute.
 * @param bundle Its files.
 */
export function rememberBundle(root: string, dir: string, bundle: readonly BundledFile[]): void {
  const files = bundle.map(({ fileName, content, chunk }) => {
    const digest = contentHash(content)
    return chunk === undefined
      ? ([fileName, digest] as const)
      : ([fileName, digest, chunk] as const)
  })
  const file = fileOf(root)
  const temporary = `${file}.${process.pid}`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(temporary, JSON.stringify({ dir, files } satisfies Remembered))
  renameSync(temporary, file)
}

/**
 * The last bundle.
 *
 * @param root Vite's root.
 * @returns Undefined when it is not remembered, or one of its files is not there any more as it was.
 */
export function recallBundle(root: string): readonly BundledFile[] | undefined {
  try {
    const { dir, files } = JSON.parse(readFileSync(fileOf(root), 'utf8')) as Remembered
    const bundle: BundledFile[] = []
    for (const [fileName, digest, chunk] of files) {
      const content = readFileSync(join(dir, fileName))
      if (contentHash(content) !== digest) return undefined
      bundle.push({ fileName, content, chunk })
    }
    return bundle
  } catch {
    return undefined
  }
}

function fileOf(root: string): string {
  return join(workDir(root), 'static', 'bundle.json')
}
