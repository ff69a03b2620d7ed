import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { temporaryFolder } from './site.ts'

/** The real apt on a repository, with nothing of this machine's: its own lists, sources and status. */
export interface Apt {
  /** Runs an apt program; the error holds what it said. */
  run(program: 'apt-get' | 'apt-cache', ...args: string[]): string
  /** apt-get beside what else happens, whatever comes of it. */
  tries(...args: string[]): Promise<{ status: number; output: string }>
}

/**
 * @param repository Folder of the repository.
 * @param suite The suite to read.
 * @param trust What stands in the brackets of the source: `trusted=yes`, `signed-by=/…`.
 */
export function makeApt(repository: string, suite: string, trust: string): Apt {
  const root = temporaryFolder()
  for (const folder of ['lists/partial', 'archives/partial', 'etc']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  writeFileSync(join(root, 'status'), '')
  writeFileSync(
    join(root, 'sources.list'),
    `deb [arch=amd64 ${trust}] file:${repository} ${suite} main\n`,
  )
  const options = {
    'Dir::State': root,
    'Dir::State::Lists': join(root, 'lists'),
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': root,
    'Dir::Cache::Archives': join(root, 'archives'),
    'Dir::Etc': join(root, 'etc'),
    'Dir::Etc::SourceList': join(root, 'sources.list'),
    'Dir::Etc::SourceParts': '-',
    'APT::Sandbox::User': 'root',
    'APT::Architecture': 'amd64',
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const config = join(root, 'apt.conf')
  // Hooks and options of this machine stay out.
  writeFileSync(config, '#clear APT::Update;\n#clear DPkg;\n#clear APT::NeverAutoRemove;\n')
  const env = { ...process.env, APT_CONFIG: config, LC_ALL: 'C' }
  return {
    run: (program, ...args) =>
      execFileSync(program, [...flags, ...args], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    tries: (...args) =>
      new Promise((resolve) => {
        execFile('apt-get', [...flags, ...args], { env }, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
          resolve({ status: code, output: stdout + stderr })
        })
      }),
  }
}
