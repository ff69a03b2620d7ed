import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'

import { type Holder, lock, type Lock, tryLock } from '../src/graph/lock.ts'
import { makeProject } from './support/project.ts'
import { concatenation, site } from './support/concatenation.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kovu-lock-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const file = (): string => join(root, 'node_modules/.kovu/lock')

async function leave(holder: Partial<Holder> | string): Promise<void> {
  await mkdir(join(root, 'node_modules/.kovu'), { recursive: true })
  await writeFile(file(), typeof holder === 'string' ? holder : JSON.stringify(holder))
}

/** The id of a process that has ended. */
async function ended(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'])
  await new Promise((done) => child.once('exit', done))
  return child.pid ?? 0
}

function isLock(one: Lock | Holder): one is Lock {
  return 'release' in one
}

describe('the lock', () => {
  test('is held by one, who is named to the next', () => {
    const first = tryLock(root, 'kovu static')
    expect(isLock(first)).toBe(true)
    expect(tryLock(root, 'kovu css')).toMatchObject({ pid: process.pid, command: 'kovu static' })
    if (isLock(first)) first.release()
    expect(existsSync(file())).toBe(false)
  })

  test('is taken over from a process that was killed', async () => {
    await leave({ pid: await ended(), born: '1', command: 'kovu static', since: 0 })
    expect(isLock(tryLock(root, 'kovu css'))).toBe(true)
    expect(await readFile(file(), 'utf8')).toContain('kovu css')
    expect(await readdir(join(root, 'node_modules/.kovu'))).toEqual(['lock'])
  })

  test.runIf(process.platform === 'linux')(
    'is taken over when its process id belongs to another process now',
    async () => {
      await leave({ pid: process.pid, born: '1', command: 'kovu static', since: 0 })
      expect(isLock(tryLock(root, 'kovu css'))).toBe(true)
    },
  )

  test.runIf(process.platform === 'linux')(
    'is taken over from a process whose end nobody has taken notice of',
    async () => {
      // `sleep` does not wait for the child that the shell before it has left.
      const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'])
      onTestFinished(() => void parent.kill('SIGKILL'))
      const [line] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(line.toString())
      const stat = (): Promise<string> => readFile(`/proc/${pid}/stat`, 'utf8')
      const born = (await stat()).split(' ')[21] ?? ''
      await leave({ pid, born, command: 'kovu static', since: 0 })
      expect(tryLock(root, 'kovu css')).toMatchObject({ pid })
      process.kill(pid, 'SIGKILL')
      await expect.poll(stat).toContain(') Z ')
      expect(isLock(tryLock(root, 'kovu css'))).toBe(true)
    },
  )

  test.each(['', '{', 'null'])('is taken over when its file is damaged: %s', async (text) => {
    await leave(text)
    expect(isLock(tryLock(root, 'kovu css'))).toBe(true)
  })

  test('is waited for, and the waiting can be given up', async () => {
    const first = tryLock(root, 'kovu static')
    const told: string[] = []
    const abort = new AbortController()
    const waiting = lock(root, 'kovu css', ({ command }) => void told.push(command), abort.signal)
    await expect.poll(() => told).toEqual(['kovu static'])
    abort.abort()
    expect(await waiting).toBeUndefined()
    const next = lock(root, 'kovu css', () => {}, new AbortController().signal)
    if (isLock(first)) first.release()
    expect(await next).toBeDefined()
  })
})

test('of two commands at the same time one waits, and finds nothing left to do', async () => {
  const project = await makeProject({
    ...site,
    'vite.config.mjs': concatenation.replace(
      "log.info('made static')",
      "log.info('made static'); return new Promise((done) => setTimeout(done, 300)).then(() => write('public/all.txt', 'slow', output))",
    ),
  })
  const [first, second] = await Promise.all([project.kovu('static'), project.kovu('static')])
  expect([first.code, second.code]).toEqual([0, 0])
  const waited = [first, second].filter(({ text }) => text.startsWith('Waiting for `kovu static`'))
  expect(waited).toHaveLength(1)
  expect(waited[0]?.text).toContain('0 targets in')
  await project.remove()
})

test('Ctrl-C lets what runs end, starts nothing more, and leaves no lock', async () => {
  const project = await makeProject({
    ...site,
    'vite.config.mjs': concatenation.replace(
      "log.info('made css')",
      "log.info('made css'); return new Promise((done) => setTimeout(done, 200))",
    ),
  })
  const running = project.kovu('static')
  await expect.poll(() => existsSync(join(project.root, 'out/site.js'))).toBe(true)
  process.emit('SIGINT')
  const { code, text } = await running
  expect(code).toBe(130)
  expect(text).toContain('Giving up, as soon as what runs has ended.')
  expect(text).not.toContain('made static')
  expect(existsSync(join(project.root, 'node_modules/.kovu/lock'))).toBe(false)
  // What had ended well is remembered; what was given up is not.
  const { text: again } = await project.kovu('static', '-n', '--why')
  expect(again).toContain('css: it has no green run to compare with')
  await project.remove()
})
