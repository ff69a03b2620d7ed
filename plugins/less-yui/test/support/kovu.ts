import type { KovuApi } from '@kovu/protocol'
import { type CSSOptions, type Plugin, resolveConfig } from 'vite'
import { lessYui, type LessYuiOptions } from '../../src/index.ts'
import type { Project } from './project.ts'

/** What the plugin offers its peers, in a build. */
export async function kovu(
  { root }: Project,
  options: LessYuiOptions = {},
  more: { plugins?: Plugin[]; sourcemap?: boolean; css?: CSSOptions } = {},
): Promise<KovuApi> {
  const config = await resolveConfig(
    {
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [lessYui(options), more.plugins],
      css: more.css ?? {},
      build: { sourcemap: more.sourcemap ?? false },
    },
    'build',
  )
  const main = config.plugins.find(({ name }) => name === 'less-yui')
  const api = main?.api as { kovu: KovuApi } | undefined
  if (!api) throw new Error('no less-yui among the plugins')
  return api.kovu
}
