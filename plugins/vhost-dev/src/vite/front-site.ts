import type { FrontSite, Target } from '@kovu/protocol'
import { certificateNames, loadCertificates } from '../certificates/load.ts'
import { optionsOf } from './context.ts'
import type { Context } from './context.ts'
import { place } from './open-site.ts'

/**
 * The front as the present configuration would open it: for who checks an application's settings against it.
 *
 * @returns Undefined as long as nobody can know: before the configuration is there, and with `port: 0`.
 */
export async function frontSite(context: Context): Promise<FrontSite | undefined> {
  const { config, options } = context
  if (!config || !options) return undefined
  const { port, hosts } = await place(context, config)
  if (port === 0) return undefined
  // What an expression stands for is `*`, as the open front has it.
  const names = new Set(hosts.map(({ pattern }) => pattern.replace(/^\/.*\//, '*')))
  const origin = (name: string): string => `https://${name}${port === 443 ? '' : `:${port}`}`
  return { domain: options.domain, port, origins: [...names].map(origin) }
}

/**
 * The `certificates` target: makes what `testserver` would make when it opens. Nothing is put into a trust store.
 *
 * @throws VhostError `VHOST_DEV_CERTIFICATE`.
 */
export function certificatesTarget(context: Context): Target {
  return {
    help: 'make the certificate of the hosts, and the authority that signs it',
    deps: ['settings'],
    async run({ log }) {
      const { domain, certificates } = optionsOf(context)
      const { config } = context
      if (!config) throw new Error('vhost-dev: configResolved has not run')
      const { hosts } = await place(context, config)
      const patterns = hosts.map(({ pattern }) => pattern)
      const names = certificateNames(domain, patterns)
      const { ca, expires } = loadCertificates(certificates, domain, names, config.root)
      const until = `the certificate of ${domain} lasts until ${expires.toISOString().slice(0, 10)}`
      log.info(
        ca === undefined
          ? `${until}; who made it knows its authority`
          : `${until}, signed by ${ca}: \`kovu trust\` makes browsers trust that`,
      )
    },
  }
}
