import { chmodSync, readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { releaseCommand } from '../src/command.ts'
import { codeOfPromise } from './support/code.ts'
import { makeSite, temporaryFolder } from './support/site.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }

/** Runs `kovu release WORDS` with an ssh that notes what it is called with. */
async function run(...args: string[]): Promise<string[]> {
  const site = makeSite({ 'bin/ssh': '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.called"\nexit 7\n' })
  chmodSync(site.path('bin/ssh'), 0o755)
  const path = process.env.PATH
  process.env.PATH = `${site.path('bin')}:${path}`
  try {
    const command = releaseCommand(site.context())
    expect(await command.run({ root: site.root, args, log: silent })).toBe(7)
  } finally {
    process.env.PATH = path
  }
  return readFileSync(site.path('bin/ssh.called'), 'utf8').trim().split('\n')
}

describe('kovu release --host', () => {
  test('asks a server by ssh, for this project’s site, and gives its exit code', async () => {
    expect(await run('switch', 'r100', '--host', 'deploy@www1')).toEqual([
      '--',
      'deploy@www1',
      'kovu',
      'release',
      "'switch'",
      "'r100'",
      "'drund/master'",
    ])
  })

  test('leaves a site that is named, and what a shell would take for more than a word', async () => {
    const words = await run('list', 'other/develop', "'; reboot #", '--host=www1')
    expect(words.slice(4)).toEqual(["'list'", "'other/develop'", String.raw`''\''; reboot #'`])
  })

  test.each(['-oProxyCommand=reboot', 'a b', '', 'x;reboot'])(
    'refuses the host %j',
    async (host) => {
      const site = makeSite()
      const work = releaseCommand(site.context()).run({
        root: site.root,
        args: ['list', `--host=${host}`],
        log: silent,
      })
      expect(await codeOfPromise(Promise.resolve(work))).toBe('DEB_RELEASE_SERVER')
    },
  )

  test('says that ssh is missing', async () => {
    const site = makeSite()
    const path = process.env.PATH
    process.env.PATH = temporaryFolder()
    try {
      const work = releaseCommand(site.context()).run({
        root: site.root,
        args: ['list', '--host', 'www1'],
        log: silent,
      })
      expect(await codeOfPromise(Promise.resolve(work))).toBe('DEB_RELEASE_SERVER')
    } finally {
      process.env.PATH = path
    }
  })
})

test('without a host it is the command of servers, on this machine', async () => {
  const site = makeSite()
  const command = releaseCommand(site.context())
  const exit = (...args: string[]): Promise<number | void> =>
    command.run({ root: site.root, args, log: silent })
  expect(await exit('--help')).toBe(0)
  expect(await exit('frobnicate')).toBe(2)
  expect(await exit('switch', 'r1', 'nowhere/master')).toBe(1)
})
