import type { Command, FrontSite } from '@kovu/protocol'
import type { Context } from '../context.ts'
import { siteOfStaticUrl } from '../django/front-settings.ts'
import { diagnose } from '../doctor/index.ts'
import type { Project } from '../project.ts'

/**
 * `kovu doctor`: what is wrong with a project's settings.
 *
 * @param context The context of the plugin call.
 */
export function doctorCommand(context: Context): Command {
  return {
    help: 'check what Django’s settings mean for static files',
    async run({ log }) {
      const project = await context.project()
      const { info } = project
      log.info(
        `Django ${info.django} (Python ${info.python}), settings ${info.settingsModule}, STATIC_URL ${info.staticUrl}`,
      )
      const findings = diagnose({ context, project, site: await siteOf(context, project) })
      for (const { level, message } of findings) log[level === 'error' ? 'error' : 'warn'](message)
      if (findings.length === 0) log.info('Nothing to complain about.')
      return findings.some(({ level }) => level === 'error') ? 1 : 0
    },
  }
}

async function siteOf(context: Context, { info }: Project): Promise<FrontSite | undefined> {
  for (const peer of context.peers) {
    const site = await peer.site?.()
    if (site !== undefined) return site
  }
  return siteOfStaticUrl(info.staticUrl)
}
