import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { build } from 'vite'
import { expect, onTestFinished, test } from 'vitest'

import { type Project, makeProject } from './support/project.ts'
import { site } from './support/concatenation.ts'

/** Compiles the command into the project, as an installed one would be there. */
async function compile(project: Project): Promise<string> {
  const outDir = join(project.root, 'kovu/dist/cli')
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, '../src/cli/main.ts'),
      outDir,
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
    ssr: { noExternal: ['chokidar', 'readdirp'], external: ['vite'] },
  })
  await project.write('kovu/package.json', '{ "version": "1.2.3" }')
  await project.write(
    'kovu/dist/cli/run.mjs',
    "import { main } from './main.mjs'\nprocess.exitCode = await main(process.argv.slice(2))\n",
  )
  return join(outDir, 'run.mjs')
}

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
