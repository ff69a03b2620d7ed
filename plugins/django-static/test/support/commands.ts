import type { KovuApi } from '@kovu/protocol'
import { resolveConfig, type PluginOption } from 'vite'
import { djangoStatic, type DjangoStaticOptions } from '../../src/index.ts'
import type { TestProject } from './project.ts'
import { djangoPython } from './venv.ts'

/**
 * Runs one of the plugin's commands as the `kovu` command does.
 *
 * @param project The project.
 * @param command Name of the command.
 * @param args The words behind it.
 * @param options The plugin's options.
 * @param peers More plugins.
 */
export async function runCommand(
  project: TestProject,
  command: string,
  args: readonly string[] = [],
  options: DjangoStaticOptions = {},
  peers: PluginOption = [],
): Promise<{ code: number | void; said: string[] }> {
  const plugins = [djangoStatic({ python: djangoPython(), ...options }), peers]
  const config = await resolveConfig({ configFile: false, root: project.root, plugins }, 'serve')
  const { api } = config.plugins.find(({ name }) => name === 'django-static') as {
    api: { kovu: KovuApi }
  }
  const said: string[] = []
  const say = (message: string): void => {
    said.push(message)
  }
  const log = { info: say, warn: say, error: say }
  const code = await api.kovu.commands?.[command]?.run({ root: project.root, args, log })
  return { code, said }
}
