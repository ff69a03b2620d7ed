import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { compile } from '../../src/lessc/compile.ts'
import { type Implementation, loadImplementation } from '../../src/lessc/implementation.ts'
import { lessDir } from './project.ts'

const require = createRequire(import.meta.url)

/** The versions that are tested: the last of each line that changed what sheets mean. */
export const VERSIONS = ['1.4.2', '1.7.5', '2.7.3', '3.13.1', '4.9.1'] as const

const PACKAGES: Readonly<Record<string, string>> = {
  '1.4.2': require.resolve('less-1.4.2/package.json'),
  '1.7.5': require.resolve('less-1.7.5/package.json'),
  '2.7.3': require.resolve('less-2.7.3/package.json'),
  '3.13.1': require.resolve('less-3.13.1/package.json'),
  '4.9.1': path.join(lessDir, 'package.json'),
}

/** Where a version of less is installed. */
export function folderOf(version: string): string {
  return path.dirname(PACKAGES[version] ?? '')
}

export async function load(version: string): Promise<Implementation> {
  return loadImplementation(folderOf(version), import.meta.dirname)
}

/** What our rendering gives. */
export async function ours(
  version: string,
  source: string,
  less: Record<string, unknown> = {},
): Promise<string> {
  const job = { source, less, sourceMap: false, roots: undefined }
  const { css } = await compile(await load(version), job)
  return css
}

/** What the `lessc` of a version gives. Old versions print nothing into a pipe on a new Node: they write a file. */
export async function oldLessc(
  version: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lessc-'))
  try {
    const bin = path.join(folderOf(version), 'bin/lessc')
    const file = path.join(folder, 'out.css')
    await promisify(execFile)(process.execPath, [bin, ...args, file], { cwd })
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
