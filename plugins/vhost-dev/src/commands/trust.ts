import { homedir } from 'node:os'
import type { CommandContext } from '@kovu/protocol'
import { certificateDir, ensureAuthorityFile } from '../certificates/load.ts'
import { VhostError } from '../error.ts'
import { resolveOptions } from '../options/resolve.ts'
import type { VhostDevOptions } from '../options.ts'
import { changeStores, explain } from '../trust/change.ts'
import { fingerprint, markTrusted, thisMachine, trustSteps } from '../trust/stores.ts'

/** `kovu trust` and `kovu untrust`. */
export async function changeTrust(
  given: VhostDevOptions,
  { root, args, log }: CommandContext,
  action: 'add' | 'remove',
): Promise<number> {
  const unknown = args.find((arg) => arg !== '--dry-run')
  if (unknown !== undefined) throw new VhostError('VHOST_DEV_TRUST', `'${unknown}' is no option.`)
  const dry = args.includes('--dry-run')
  const { domain, certificates } = resolveOptions(given, root)
  if ('key' in certificates) {
    throw new VhostError(
      'VHOST_DEV_TRUST',
      "The certificate is the user's own; only who made it knows its authority.",
    )
  }
  const ca = ensureAuthorityFile(certificateDir(certificates, domain, root), domain)
  log.info(
    `${ca}\nSHA-256 ${fingerprint(ca)}\nvouches for ${domain} and names below it, for nothing else`,
  )
  const steps = trustSteps(thisMachine(homedir()), ca, domain)
  if (dry) {
    for (const line of steps.flatMap((step) => explain(step, action, 'would run'))) log.info(line)
    return 0
  }
  const failed = await changeStores(steps, action, log)
  markTrusted(ca, action === 'add' && failed === 0)
  log.info('Restart the browser: it reads its stores when it starts.')
  return failed === 0 ? 0 : 1
}
