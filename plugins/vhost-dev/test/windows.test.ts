import { spawn } from 'node:child_process'
import { chmodSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { afterwards, cleanUp, makeRoot } from './support/site.ts'

afterEach(cleanUp)

// Windows cannot exist here: this program ends a tree as `taskkill /T /F` does, and writes down what it was asked.
const taskkill = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
tree() { for child in $(cat /proc/$1/task/$1/children 2>/dev/null); do tree $child; done; kill -9 $1; }
tree "$2"
`

function lives(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
  } catch {
    return false
  }
}

describe('on Windows', () => {
  test('a process ends with everything it started', async () => {
    const bin = makeRoot({ taskkill })
    chmodSync(join(bin, 'taskkill'), 0o755)
    const { PATH } = process.env
    const { platform } = process
    afterwards(() => {
      process.env['PATH'] = PATH
      Object.defineProperty(process, 'platform', { value: platform })
      vi.resetModules()
    })
    process.env['PATH'] = `${bin}${delimiter}${PATH}`
    Object.defineProperty(process, 'platform', { value: 'win32' })
    vi.resetModules()
    const { endGroup } = await import('../src/processes/kill.ts')
    // A group of its own would end by a signal to the group: this one has to be found as a tree.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait'], { stdio: 'pipe' })
    const exited = new Promise((done) => parent.on('exit', (_code, signal) => done(signal)))
    const child = await new Promise<number>((done) => {
      parent.stdout.on('data', (text: Buffer) => done(Number(text.toString())))
    })
    afterwards(() => {
      for (const pid of [child, parent.pid ?? 0]) if (lives(pid)) process.kill(pid, 'SIGKILL')
    })
    expect([child, parent.pid ?? 0].map(lives)).toEqual([true, true])
    await endGroup(parent.pid ?? 0)
    expect(await exited).toBe('SIGKILL')
    await expect.poll(() => lives(child)).toBe(false)
    expect(readFileSync(join(bin, 'calls'), 'utf8')).toBe(`/PID ${parent.pid} /T /F\n`)
  })
})
