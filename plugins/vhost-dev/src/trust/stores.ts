import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One store of trusted authorities, with the commands that add, check and remove ours. */
export interface TrustStep {
  /** What it is, for people. */
  readonly store: string
  readonly add: readonly (readonly string[])[]
  readonly remove: readonly (readonly string[])[]
  /** Ends with 0 when the store has our authority. */
  readonly check: readonly string[]
  /** Must be run by the superuser. */
  readonly root: boolean
}

/** The machine, as far as stores are concerned. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly home: string
  exists(path: string): boolean
  list(path: string): string[]
}

/** This machine. */
export function thisMachine(home: string): Machine {
  return {
    platform: process.platform,
    home,
    exists: existsSync,
    list(path) {
      try {
        return readdirSync(path)
      } catch {
        return []
      }
    },
  }
}

/** The name our authority has in a store. */
function authorityName(domain: string): string {
  return `Kovu development authority for ${domain}`
}

/**
 * Every store of the machine that browsers and tools look in.
 *
 * @param ca Path of the authority's certificate.
 */
export function trustSteps(machine: Machine, ca: string, domain: string): TrustStep[] {
  const name = authorityName(domain)
  if (machine.platform === 'darwin') {
    const keychain = join(machine.home, 'Library/Keychains/login.keychain-db')
    return [
      {
        store: 'the login keychain (Safari, Chrome)',
        add: [['security', 'add-trusted-cert', '-r', 'trustRoot', '-k', keychain, ca]],
        remove: [
          ['security', 'remove-trusted-cert', ca],
          ['security', 'delete-certificate', '-c', name, keychain],
        ],
        check: ['security', 'verify-cert', '-c', ca],
        root: false,
      },
      ...firefoxSteps(machine, ca, name),
    ]
  }
  if (machine.platform === 'win32') {
    return [
      {
        store: "the user's Windows root store (Edge, Chrome)",
        add: [['certutil', '-addstore', '-user', 'Root', ca]],
        remove: [['certutil', '-delstore', '-user', 'Root', name]],
        check: ['certutil', '-verifystore', '-user', 'Root', name],
        root: false,
      },
    ]
  }
  return [
    // Chromium reads the first that exists; the second since version 146 where there is none yet.
    nssStep(join(machine.home, '.pki/nssdb'), 'Chromium and Chrome', ca, name),
    nssStep(
      join(machine.home, '.local/share/pki/nssdb'),
      'Chromium and Chrome, newer place',
      ca,
      name,
    ),
    ...snapSteps(machine, ca, name),
    ...firefoxSteps(machine, ca, name),
    ...systemSteps(machine, ca, domain),
  ]
}

/** Remembers that the authority was put into the stores, so that no hint is printed. */
export function markTrusted(ca: string, trusted: boolean): void {
  const marker = markerOf(ca)
  if (trusted) writeFileSync(marker, `${fingerprint(ca)}\n`)
  else rmSync(marker, { force: true })
}

/** Was this very authority put into the stores? */
export function isTrusted(ca: string): boolean {
  try {
    return readFileSync(markerOf(ca), 'utf8').trim() === fingerprint(ca)
  } catch {
    return false
  }
}

/** SHA-256 of the certificate, as browsers show it. */
export function fingerprint(ca: string): string {
  const { raw } = new X509Certificate(readFileSync(ca))
  const hex = createHash('sha256').update(raw).digest('hex').toUpperCase()
  return hex.replace(/..(?=.)/g, '$&:')
}

function markerOf(ca: string): string {
  return join(dirname(ca), 'trusted')
}

function nssStep(dir: string, who: string, ca: string, name: string): TrustStep {
  const db = `sql:${dir}`
  return {
    store: `${dir} (${who})`,
    add: [
      ['mkdir', '-p', dir],
      // Without -N certutil makes the database itself; an empty password is what browsers expect.
      ['certutil', '-A', '-d', db, '-t', 'C,,', '-n', name, '-i', ca],
    ],
    remove: [['certutil', '-D', '-d', db, '-n', name]],
    check: ['certutil', '-V', '-u', 'L', '-d', db, '-n', name],
    root: false,
  }
}

function snapSteps(machine: Machine, ca: string, name: string): TrustStep[] {
  const base = join(machine.home, 'snap/chromium/current')
  return machine.exists(base) ? [nssStep(join(base, '.pki/nssdb'), 'Chromium snap', ca, name)] : []
}

function firefoxSteps(machine: Machine, ca: string, name: string): TrustStep[] {
  const bases = [
    '.mozilla/firefox',
    '.config/mozilla/firefox',
    'snap/firefox/common/.mozilla/firefox',
    'Library/Application Support/Firefox/Profiles',
  ]
  return bases.flatMap((base) => {
    const dir = join(machine.home, base)
    return machine
      .list(dir)
      .map((profile) => join(dir, profile))
      .filter((profile) => machine.exists(join(profile, 'cert9.db')))
      .map((profile) => nssStep(profile, 'Firefox', ca, name))
  })
}

function systemSteps(machine: Machine, ca: string, domain: string): TrustStep[] {
  const file = `kovu-${domain}.crt`
  const check = ['openssl', 'verify', ca]
  const step = (store: string, dir: string, update: readonly string[]): TrustStep => ({
    store: `${store} (curl, Python, Node with --use-system-ca)`,
    add: [['cp', ca, join(dir, file)], update],
    remove: [['rm', '-f', join(dir, file)], update],
    check,
    root: true,
  })
  const places = [
    ['/usr/local/share/ca-certificates', ['update-ca-certificates']],
    ['/etc/pki/ca-trust/source/anchors', ['update-ca-trust']],
    ['/etc/ca-certificates/trust-source/anchors', ['update-ca-trust']],
  ] as const
  const found = places.find(([dir]) => machine.exists(dir))
  return found ? [step('the system store', found[0], found[1])] : []
}
