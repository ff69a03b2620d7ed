import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { main } from '../../src/cli/main.ts'

/** A small project in a folder of its own. */
export interface Project {
  readonly root: string
  /** Writes a file below the root. */
  write(path: string, text: string): Promise<void>
  /** Runs the command in this process, and gives its exit code and lines. */
  kovu(...argv: string[]): Promise<{ code: number; text: string }>
  remove(): Promise<void>
}

/**
 * Makes a project.
 *
 * @param files Texts by path below the root.
 */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<Project> {
  // As Vite names it: on some systems the temporary folder is a link.
  const root = await realpath(await mkdtemp(join(tmpdir(), 'kovu-project-')))
  const project: Project = {
    root,
    async write(path, text) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    },
    async kovu(...argv) {
      let text = ''
      const write = (part: string): void => void (text += part)
      const code = await main([...argv, '--root', root], { write, isTTY: false })
      return { code, text }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
  const vite = dirname(dirname(fileURLToPath(import.meta.resolve('vite/package.json'))))
  await mkdir(join(root, 'node_modules'))
  await symlink(join(vite, 'vite'), join(root, 'node_modules/vite'))
  for (const [path, text] of Object.entries(files)) await project.write(path, text)
  return project
}
