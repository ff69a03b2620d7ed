import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import {
  bits,
  integer,
  octets,
  oid,
  sequence,
  setOf,
  tagged,
  taggedBytes,
  time,
  utf8,
  yes,
} from './der.ts'

const dayMs = 86_400_000
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

/** A key pair with its certificate, as PEM. */
export interface KeyAndCertificate {
  readonly key: string
  readonly cert: string
}

/**
 * Makes an ECDSA P-256 authority that can vouch for one domain and the names below it only: its critical name
 * constraints permit that domain and exclude every IP address (RFC 5280, 4.2.1.10).
 *
 * @param domain Such as `drund.localhost`.
 * @param days How long it is valid.
 */
export function makeAuthority(domain: string, days: number, now: Date): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = distinguishedName(`Kovu development authority for ${domain}`)
  const dnsName = taggedBytes(2, Buffer.from(domain, 'latin1'))
  const anyAddress = [8, 32].map((size) => sequence(taggedBytes(7, Buffer.alloc(size))))
  const keyId = keyIdentifier(publicKey)
  const cert = certificate({
    issuer: name,
    subject: name,
    publicKey,
    signer: privateKey,
    from: now,
    days,
    extensions: [
      extension('2.5.29.19', true, sequence(yes(), integer(Buffer.from([0])))),
      extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension(
        '2.5.29.30',
        true,
        sequence(tagged(0, sequence(dnsName)), tagged(1, ...anyAddress)),
      ),
      extension('2.5.29.14', false, octets(keyId)),
      extension('2.5.29.35', false, sequence(taggedBytes(0, keyId))),
    ],
  })
  return { key: pkcs8(privateKey), cert }
}

/**
 * Makes a server certificate signed by an authority.
 *
 * @param authority As from {@link makeAuthority}.
 * @param names DNS names, wildcards included.
 */
export function makeLeaf(
  authority: { readonly key: KeyObject; readonly domain: string },
  names: readonly string[],
  days: number,
  now: Date,
): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const alternatives = names.map((name) => taggedBytes(2, Buffer.from(name, 'latin1')))
  const cert = certificate({
    issuer: distinguishedName(`Kovu development authority for ${authority.domain}`),
    subject: distinguishedName(authority.domain),
    publicKey,
    signer: authority.key,
    from: now,
    days,
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', false, sequence(...alternatives)),
      extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
      extension(
        '2.5.29.35',
        false,
        sequence(taggedBytes(0, keyIdentifier(createPublicKey(authority.key)))),
      ),
    ],
  })
  return { key: pkcs8(privateKey), cert }
}

interface Fields {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly from: Date
  readonly days: number
  readonly extensions: readonly Buffer[]
}

function certificate(fields: Fields): string {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  // An hour back: the clock of a virtual machine may lag.
  const from = new Date(fields.from.getTime() - 3_600_000)
  const signed = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    fields.issuer,
    sequence(time(from), time(new Date(fields.from.getTime() + fields.days * dayMs))),
    fields.subject,
    fields.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...fields.extensions)),
  )
  const signature = sign('sha256', signed, fields.signer)
  const body = sequence(signed, ecdsaWithSha256, bits(signature)).toString('base64')
  const lines = body.replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes()] : []), octets(value))
}

function distinguishedName(commonName: string): Buffer {
  const attribute = (id: string, text: string) => setOf(sequence(oid(id), utf8(text)))
  return sequence(attribute('2.5.4.10', 'Kovu'), attribute('2.5.4.3', commonName.slice(0, 64)))
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // The uncompressed P-256 point is the last 65 bytes.
  return createHash('sha256').update(spki.subarray(-65)).digest().subarray(0, 20)
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
