import { lookup as dnsLookup } from 'node:dns/promises'

/** Finds the addresses of a name as browsers do; rejects where there are none. */
export type Lookup = (name: string) => Promise<readonly { readonly address: string }[]>

const mostNames = 20
/** Top-level names that no public DNS server knows (RFC 6761, RFC 8375, ICANN's `internal`). */
const reservedRE = /\.(?:test|example|invalid|internal|local|home\.arpa)$/
const loopbackRE = /^(?:127\.|::1$|::ffff:127\.)/
const systemLookup: Lookup = (name) => dnsLookup(name, { all: true })

/**
 * Checks that the hosts' names lead to this machine, and says what to do where they do not.
 *
 * @param names Exact host names.
 * @param warn Told one sentence per problem.
 * @param lookup How names are looked up; by the system's resolver, as browsers do.
 */
export async function warnAboutNames(
  domain: string,
  names: readonly string[],
  warn: (warning: string) => void,
  lookup: Lookup = systemLookup,
): Promise<void> {
  // Browsers know by themselves where these are (RFC 6761, 6.3).
  if (domain.endsWith('.localhost')) return
  if (domain.endsWith('.local')) {
    warn(`${domain}: ${localNote}`)
  }
  const missing: string[] = []
  await Promise.all(
    [...new Set(names)].slice(0, mostNames).map(async (name) => {
      const found = await lookup(name).catch(() => [])
      const away = found.find(({ address }) => !loopbackRE.test(address))
      if (found.length === 0) missing.push(name)
      else if (away) {
        warn(
          `${name} leads to ${away.address}, not to this machine. 'sudo npx kovu hosts --write' puts it into the hosts file.`,
        )
      }
    }),
  )
  if (missing.length === 0) return
  const rebinding = reservedRE.test(domain)
    ? ''
    : ' If their DNS records say 127.0.0.1, the resolver (router, Pi-hole, VPN) drops such answers as protection' +
      ' against DNS rebinding: make an exception for the domain there.'
  warn(
    `${missing.toSorted().join(', ')}: no address found. 'sudo npx kovu hosts --write' puts the names into the hosts file.${rebinding}`,
  )
}

/** Why `.local` is a bad choice. */
export const localNote: string =
  '.local belongs to multicast DNS: look-ups may take seconds. Prefer .localhost or .test.'
