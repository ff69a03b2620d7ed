import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { compile } from './support/compiled.ts'
import { makeProject } from './support/project.ts'
import { site } from './support/concatenation.ts'

test('kovu --watch starts anew when packages have changed, and ends with who started it', async () => {
  const project = await makeProject(site)
  onTestFinished(() => project.remove())
  const command = await compile(project)
  const child = spawn(process.execPath, [command, '--watch', '--root', project.root], {
    cwd: project.root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (text += data.toString()))
  const said = async (words: string): Promise<void> => {
    await expect.poll(() => text, { timeout: 60_000 }).toContain(words)
  }

  await said('watching for changes')
  text = ''
  await project.write('package-lock.json', '{ "packages": {} }')
  await said('packages have changed: kovu starts anew')
  // Everything depends on what packages there are.
  for (const name of ['css', 'js', 'static']) await said(`made ${name}`)
  await said('watching for changes')
  text = ''
  await project.write('a.txt', 'a { color: green }\n')
  await said('made css')
  await said('watching for changes')

  // The pipes are closed when the second process has ended, too.
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  expect(await closed).toEqual([0, null])
}, 120_000)

test('a target that nothing can end any more is named, and nothing is left locked', async () => {
  const project = await makeProject({
    'vite.config.mjs': `
const never = { help: 'never ends', run: () => new Promise(() => {}) }
export default { logLevel: 'silent', plugins: [{ name: 'fixture', api: { kovu: { targets: { never } } } }] }
`,
  })
  onTestFinished(() => project.remove())
  const command = await compile(project)
  const child = spawn(process.execPath, [command, 'never'], {
    cwd: project.root,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  expect(await once(child, 'close')).toEqual([1, null])
  expect(text).toContain('`never` has not ended, and nothing is left that it could wait for')
  expect(existsSync(join(project.root, 'node_modules/.kovu/lock'))).toBe(false)
}, 60_000)
