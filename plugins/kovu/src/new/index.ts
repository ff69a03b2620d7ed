import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import type { Log } from '@kovu/protocol'

import type { Arguments } from '../cli/arguments.ts'
import { KovuError } from '../error.ts'
import { viteConfigs } from '../graph/base.ts'
import { githubWorkflow, jenkinsfile } from './ci-files.ts'
import { startingConfig } from './config-file.ts'
import { lookAround, type Surroundings } from './surroundings.ts'
import { nextSteps } from './next-steps.ts'

/**
 * `kovu new` and `kovu new --ci`: writes the first files of a project. What is there already stays as it is.
 *
 * @returns The exit code.
 * @throws KovuError `KOVU_USAGE` for words that mean nothing; `KOVU_EXISTS` when there is a Vite config.
 */
export function writeNew({ root, words, ci }: Arguments, log: Log): number {
  const [, ...more] = words
  if (more.length > 0) {
    throw new KovuError(
      'KOVU_USAGE',
      `\`kovu new\` takes no words, and was given \`${more.join(' ')}\`. To write into another folder, say \`kovu new --root ${more[0]}\`.`,
    )
  }
  const found = lookAround(root)
  return ci ? writeCi(root, found, log) : writeConfig(root, found, log)
}

function writeConfig(root: string, found: Surroundings, log: Log): number {
  const there = viteConfigs.find((name) => existsSync(join(root, name)))
  if (there !== undefined) {
    throw new KovuError(
      'KOVU_EXISTS',
      `There is a ${there} already, and it stays as it is. Add \`kovu()\` to its plugins: import { kovu } from 'kovu'.`,
    )
  }
  if (found.manage === undefined) {
    const hint =
      found.nested === undefined
        ? 'Go to the folder of manage.py, or name it with --root. Without Django, write a vite.config.ts with the one plugin you need.'
        : `There is one in ${relative(process.cwd(), found.nested) || '.'}: kovu new --root ${relative(process.cwd(), found.nested) || '.'}`
    throw new KovuError('KOVU_NO_DJANGO', `There is no manage.py in ${root}. ${hint}`)
  }
  // Vite takes a .ts file for what package.json says, which is CommonJS if it says nothing.
  write(root, found.esm ? 'vite.config.ts' : 'vite.config.mts', startingConfig(found), log)
  for (const line of nextSteps(found)) log.info(line)
  return 0
}

function writeCi(root: string, found: Surroundings, log: Log): number {
  const below = relative(found.repository, root)
  const files: readonly (readonly [name: string, text: string])[] = [
    ['Jenkinsfile', jenkinsfile(below)],
    ['.github/workflows/kovu.yml', githubWorkflow(below)],
  ]
  for (const [name, text] of files) {
    if (existsSync(join(found.repository, name)))
      log.warn(`${name} is there already: left as it is`)
    else write(found.repository, name, text, log)
  }
  return 0
}

function write(root: string, name: string, text: string, log: Log): void {
  const file = join(root, name)
  mkdirSync(dirname(file), { recursive: true })
  // Never over a file that came in the meantime.
  writeFileSync(file, text, { flag: 'wx' })
  log.info(`wrote ${name}`)
}
