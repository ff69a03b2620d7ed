import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bundle, failure, project, type Project, render, serve } from './support/project.ts'

const marker = 'node_modules/.kovu/settings/serving.json'

function site(): Project {
  return project({
    'm4/base.m4': "define(`__DB_HOST__', `localhost')\n",
    'm4/development.m4': '',
    'm4/production.m4': "define(`__DB_HOST__', `db1.internal')\n",
    'm4/staging.m4': '',
    'm4/app.json.m4': '{ "host": "__DB_HOST__" }',
    'main.js': '',
  })
}

/** Another process, which lives until the test ends it; and when it began, as the kernel counts. */
async function otherProcess(): Promise<{ pid: number; born: string; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  const born = bornOf(pid)
  return {
    pid,
    born,
    async end() {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
  }
}

function bornOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

describe('beside a development server', () => {
  test('the settings of another mode do not come under it', async () => {
    const made = site()
    const { pid, born, end } = await otherProcess()
    await render(made)
    made.write(marker, JSON.stringify({ pid, born, mode: 'development' }))
    const before = made.read('app.json')

    const error = await failure(() => render(made, {}, 'production'))
    expect(error.pluginCode).toBe('M4_SETTINGS_SERVING')
    expect(error.message).toContain(
      `app.json is in use by the development server that runs here (process ${pid}, mode development): the settings of production would come under it. End that server first`,
    )
    const build = { rolldownOptions: { input: made.file('main.js') } }
    const built = await failure(() => bundle(made, {}, { mode: 'production', build }))
    expect(built.message).toContain('app.json is in use by the development server')
    expect(made.read('app.json')).toBe(before)
    // Another server would not serve with settings that are not its own, either.
    const served = await failure(() => serve(made, {}, { mode: 'production' }))
    expect(served.pluginCode).toBe('M4_SETTINGS_SERVING')

    await end()
    await render(made, {}, 'production')
    expect(JSON.parse(made.read('app.json'))).toEqual({ host: 'db1.internal' })
  })

  test('its own mode is rendered, and one whose files are the same', async () => {
    const made = site()
    await render(made)
    made.write(marker, JSON.stringify({ ...(await otherProcess()), mode: 'development' }))
    made.write('m4/base.m4', "define(`__DB_HOST__', `127.0.0.1')\n")
    await render(made)
    expect(JSON.parse(made.read('app.json'))).toEqual({ host: '127.0.0.1' })
    await render(made, {}, 'staging')
  })

  test('one that was killed counts for nothing, even while nobody has taken notice of its end', async () => {
    const made = site()
    await render(made)
    // `sleep` does not wait for the child that the shell before it has left.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'])
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    made.write(marker, JSON.stringify({ pid, born: bornOf(pid), mode: 'development' }))
    const error = await failure(() => render(made, {}, 'production'))
    expect(error.pluginCode).toBe('M4_SETTINGS_SERVING')
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
    await render(made, {}, 'production')
    expect(JSON.parse(made.read('app.json'))).toEqual({ host: 'db1.internal' })
  })

  test('what a process of the same id has left counts for nothing', async () => {
    const made = site()
    const { pid } = await otherProcess()
    await render(made)
    for (const left of [JSON.stringify({ pid, born: '1', mode: 'development' }), '{', 'null']) {
      made.write(marker, left)
      await render(made, {}, 'production')
      expect(JSON.parse(made.read('app.json'))).toEqual({ host: 'db1.internal' })
      await render(made)
    }
  })

  test('a server says that it serves, and when it does no more', async () => {
    const made = site()
    const { server } = await serve(made)
    expect(JSON.parse(made.read(marker))).toEqual({
      pid: process.pid,
      born: bornOf(process.pid),
      mode: 'development',
    })
    await server.restart()
    expect(made.exists(marker)).toBe(true)
    await server.close()
    expect(made.exists(marker)).toBe(false)
  })
})
