import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { VhostError } from '../error.ts'
import { makeAuthority, makeLeaf } from './x509.ts'
import type { KeyAndCertificate } from './x509.ts'

const dayMs = 86_400_000
const authorityDays = 730
const leafDays = 60
/** A certificate with less left than this is made anew. */
const renewalDays = 20

/** Where certificates come from. */
export type CertificateOptions =
  | {
      /** Folder of the project's own authority and its certificate. */
      readonly dir?: string
    }
  | {
      /** PEM file of a private key made elsewhere, relative to the root. */
      readonly key: string
      /** PEM file of its certificate (chain). */
      readonly cert: string
    }

/** What the front needs for TLS. */
export interface Certificates extends KeyAndCertificate {
  /** Path of the authority's certificate; undefined with the user's own files. */
  readonly ca: string | undefined
  readonly expires: Date
}

/** A pair that has been read, with its certificate parsed. */
interface Pair extends KeyAndCertificate {
  readonly parsed: X509Certificate
}

/**
 * The folder of a domain's authority: below `$XDG_DATA_HOME`, else `~/.local/share`; never in the repository.
 */
export function certificateDir(options: CertificateOptions, domain: string, root: string): string {
  if ('dir' in options && options.dir !== undefined) return resolve(root, options.dir)
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
  return join(data, 'kovu', domain)
}

/**
 * Reads the certificate for the domain, making the authority and the certificate when they are missing, nearly over
 * or made for other names. Keys are readable by their owner alone.
 *
 * @param names DNS names the certificate must have, wildcards included.
 * @throws VhostError when the user's own files cannot be read, or the folder cannot be written.
 */
export function loadCertificates(
  options: CertificateOptions,
  domain: string,
  names: readonly string[],
  root: string,
  now: Date = new Date(),
): Certificates {
  if ('key' in options) return loadOwn(resolve(root, options.key), resolve(root, options.cert))
  const dir = certificateDir(options, domain, root)
  try {
    const authority = ensureAuthority(dir, domain, now)
    const leaf = ensureLeaf(dir, domain, names, authority, now)
    const { key, cert, parsed } = leaf
    return { key, cert, ca: join(dir, 'ca.pem'), expires: expiry(parsed) }
  } catch (cause) {
    throw new VhostError(
      'VHOST_DEV_CERTIFICATE',
      `Cannot keep certificates in ${dir}: ${message(cause)}. Name a writable folder in certificates.dir.`,
      { cause },
    )
  }
}

/** Makes the authority if there is none, and gives the path of its certificate. */
export function ensureAuthorityFile(dir: string, domain: string): string {
  ensureAuthority(dir, domain, new Date())
  return join(dir, 'ca.pem')
}

/** The names a certificate must have for a table's patterns; what an expression stands for is not known beforehand. */
export function certificateNames(domain: string, patterns: readonly string[]): string[] {
  const names = patterns.filter((pattern) => !pattern.startsWith('/'))
  return [...new Set([domain, `*.${domain}`, ...names])].toSorted()
}

/** Those of the names that a certificate is not for; a wildcard is one label (RFC 9525, 6.3). */
export function missingNames(cert: string, names: readonly string[]): string[] {
  const leaf = new X509Certificate(cert)
  const options = { wildcards: true, partialWildcards: false, subject: 'never' } as const
  return names.filter((name) => leaf.checkHost(name.replace(/^\*/, 'any'), options) === undefined)
}

/**
 * Makes a certificate for one name below the domain, signed by the project's authority. It is not kept.
 *
 * @returns Undefined with certificates made elsewhere.
 */
export function certificateFor(
  options: CertificateOptions,
  domain: string,
  name: string,
  root: string,
): KeyAndCertificate | undefined {
  if ('key' in options) return undefined
  const authority = readPair(certificateDir(options, domain, root), 'ca')
  if (!authority) return undefined
  return makeLeaf({ key: createPrivateKey(authority.key), domain }, [name], leafDays, new Date())
}

function loadOwn(keyFile: string, certFile: string): Certificates {
  try {
    const key = readFileSync(keyFile, 'utf8')
    const cert = readFileSync(certFile, 'utf8')
    const parsed = new X509Certificate(cert)
    if (!parsed.checkPrivateKey(createPrivateKey(key))) {
      throw new Error(`the key in ${keyFile} is not that of ${certFile}`)
    }
    return { key, cert, ca: undefined, expires: expiry(parsed) }
  } catch (cause) {
    throw new VhostError(
      'VHOST_DEV_CERTIFICATE',
      `Cannot use the certificate of the options: ${message(cause)}.`,
      { cause },
    )
  }
}

function ensureAuthority(dir: string, domain: string, now: Date): Pair {
  const found = readPair(dir, 'ca')
  // The leaf must not outlive its authority.
  if (found && lasts(found.parsed, leafDays + renewalDays, now)) return found
  return writePair(dir, 'ca', makeAuthority(domain, authorityDays, now))
}

function ensureLeaf(
  dir: string,
  domain: string,
  names: readonly string[],
  authority: Pair,
  now: Date,
): Pair {
  const found = readPair(dir, 'leaf')
  if (found && lasts(found.parsed, renewalDays, now) && fits(found.parsed, names, authority)) {
    return found
  }
  const key = createPrivateKey(authority.key)
  return writePair(dir, 'leaf', makeLeaf({ key, domain }, names, leafDays, now))
}

function fits(leaf: X509Certificate, names: readonly string[], authority: Pair): boolean {
  const has = new Set(leaf.subjectAltName?.split(', ').map((name) => name.replace(/^DNS:/, '')))
  return names.every((name) => has.has(name)) && leaf.verify(authority.parsed.publicKey)
}

function lasts(cert: X509Certificate, days: number, now: Date): boolean {
  return expiry(cert).getTime() - now.getTime() > days * dayMs
}

function expiry(cert: X509Certificate): Date {
  return new Date(cert.validTo)
}

function readPair(dir: string, name: string): Pair | undefined {
  try {
    const key = readFileSync(join(dir, `${name}.key`), 'utf8')
    const cert = readFileSync(join(dir, `${name}.pem`), 'utf8')
    const parsed = new X509Certificate(cert)
    return parsed.checkPrivateKey(createPrivateKey(key)) ? { key, cert, parsed } : undefined
  } catch {
    return undefined
  }
}

function writePair(dir: string, name: string, pair: KeyAndCertificate): Pair {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const put = (file: string, text: string, mode: number): void => {
    const temporary = join(dir, `.${file}.${process.pid}`)
    writeFileSync(temporary, text, { mode })
    renameSync(temporary, join(dir, file))
  }
  put(`${name}.key`, pair.key, 0o600)
  put(`${name}.pem`, pair.cert, 0o644)
  return { ...pair, parsed: new X509Certificate(pair.cert) }
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
