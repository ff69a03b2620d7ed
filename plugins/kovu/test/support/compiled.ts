import { join } from 'node:path'

import { build } from 'vite'

import type { Project } from './project.ts'

/** Compiles the command into the project, as an installed one would be there. */
export async function compile(project: Project): Promise<string> {
  const outDir = join(project.root, 'kovu/dist/cli')
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, '../../src/cli/main.ts'),
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
