import { frontSettings } from '../django/front-settings.ts'
import { readStaticUrl } from '../django/static-url.ts'
import { hasFront } from '../serve/front.ts'
import { error, warning, type Check } from './check.ts'

/** Settings that decide whether the pages of each host reach their static files, and each other. */
export const hostChecks: Readonly<Record<string, Check>> = {
  'static-host': ({ project: { info }, site }) => {
    const { host, origin } = readStaticUrl(info.staticUrl)
    if (site === undefined || host === undefined || origin === undefined) return undefined
    const covered = site.origins.some((one) => {
      const pattern = new URL(one.replace('*', 'any')).hostname
      return one.includes('*')
        ? host.endsWith(pattern.replace(/^any/, '')) && host !== pattern.replace(/^any\./, '')
        : host === pattern
    })
    const port = Number(new URL(origin).port || (origin.startsWith('https:') ? 443 : 80))
    if (!covered) {
      return error(
        `STATIC_URL ${info.staticUrl} names the host ${host}, which the development front does not have. It has ${site.origins.join(', ')}.`,
      )
    }
    return port === site.port
      ? undefined
      : error(
          `STATIC_URL ${info.staticUrl} names port ${port}, but the development front listens at ${site.port}.`,
        )
  },
  'front-settings': ({ context, project: { info }, site }) => {
    if (site === undefined) return undefined
    const { overlay } = context.options
    const help = overlay
      ? 'Kovu sets it for the processes that the front starts; set it yourself for others.'
      : 'Set it, or let Kovu do so (djangoStatic({ overlay: true })).'
    return frontSettings(info, site).map(({ name, python, why }) => ({
      level: overlay ? ('warning' as const) : ('error' as const),
      message: `${name} is not what ${site.domain} needs, which is ${python.replace(/^\[\*getattr\(_own[^)]*\), /, '[…, ')}: ${why}. ${help}`,
    }))
  },
  'no-front': ({ context, project: { info }, site }) => {
    const { origin, path } = readStaticUrl(info.staticUrl)
    const alone = site === undefined && !hasFront(context.config?.plugins ?? [])
    return alone && origin === undefined
      ? warning(
          `STATIC_URL is the path ${info.staticUrl}: in development, pages of \`manage.py runserver\` load it from Django, not from Vite. Set STATIC_URL = 'http://localhost:5173${path}' where DEBUG is on, or put a development front (@kovu/vhost-dev) before both.`,
        )
      : undefined
  },
}
