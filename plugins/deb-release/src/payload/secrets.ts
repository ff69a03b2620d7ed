import { readFileSync } from 'node:fs'

import type { Entry } from '../deb/entry.ts'
import { DebReleaseError, readError } from '../error.ts'

/** Larger files are not searched: neither keys nor settings are so large. */
const LARGEST = 16 << 20

/** Names of environment variables whose values are secrets. */
const secretRE = /(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|ACCESS_KEY)/i

/** Values too short to tell from other text, and those that say nothing. */
const SHORTEST = 8

/** How a private key begins, in PEM (RFC 7468), OpenSSH and OpenPGP armour. */
const keyRE = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\r?\n/

/**
 * The secrets of the environment: what a settings file that was rendered with them would hold.
 *
 * @param env The environment of the build.
 * @returns Values by the name of their variable.
 */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): Map<string, Buffer> {
  const secrets = new Map<string, Buffer>()
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.length < SHORTEST || !secretRE.test(name)) continue
    // A path to a secret is none (DOCKER_TLS_TOKEN_FILE, SSH_PRIVATE_KEY_PATH).
    if (/_(?:FILE|PATH|DIR)$/i.test(name) || value.startsWith('/')) continue
    secrets.set(name, Buffer.from(value))
  }
  return secrets
}

/**
 * Looks for private keys and for the secrets of the environment in files of the project.
 *
 * @param entries Files on disk; others are passed over.
 * @param secrets What {@link secretsOf} gave.
 * @throws {DebReleaseError} `DEB_RELEASE_SECRET` with the place; the secret itself is never shown.
 */
export function refuseSecrets(
  entries: readonly Entry[],
  secrets: ReadonlyMap<string, Buffer>,
): void {
  for (const entry of entries) {
    if (entry.kind !== 'file' || entry.content instanceof Uint8Array) continue
    const { file, size } = entry.content
    if (size > LARGEST || size < SHORTEST) continue
    const bytes = read(file)
    // A key may have a few lines of text before it, as `openssl` writes them; a source that mentions one has many.
    const key = keyRE.exec(bytes.toString('latin1', 0, 4096))
    if (key !== null && looksLikeKey(bytes, key.index + key[0].length)) {
      throw found(file, bytes, key.index, 'holds a private key')
    }
    for (const [name, value] of secrets) {
      const at = bytes.indexOf(value)
      if (at >= 0) throw found(file, bytes, at, `holds the value of the environment's ${name}`)
    }
  }
}

/** After the first line of a key comes base64 or a header, not code. */
function looksLikeKey(bytes: Buffer, at: number): boolean {
  return /^(?:[A-Za-z0-9+/=]{16,}|[A-Za-z-]+: .+|)\r?\n/.test(
    bytes.toString('latin1', at, at + 200),
  )
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw readError(file, cause)
  }
}

function found(file: string, bytes: Buffer, at: number, what: string): DebReleaseError {
  let line = 1
  for (let next = bytes.indexOf(10); next >= 0 && next < at; next = bytes.indexOf(10, next + 1)) {
    line += 1
  }
  return new DebReleaseError(
    'DEB_RELEASE_SECRET',
    `${file} ${what}, and would be readable by everyone on every server. Read it from the environment at run time (/etc/default on the server), or leave the file out by \`src.files\`.`,
    { file, line },
  )
}
