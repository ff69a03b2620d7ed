import { execFileSync, spawnSync } from 'node:child_process'

import { DebReleaseError } from './error.ts'

/** A gpg key that can sign. */
export interface SigningKey {
  /** Its fingerprint. */
  readonly fingerprint: string
  /** When it was made, in seconds since 1970. */
  readonly created: number
}

/**
 * Finds the secret key before anything is written.
 *
 * @param key The option `sign`: an address, a fingerprint, a key id.
 * @throws {DebReleaseError} `DEB_RELEASE_SIGN` when gpg is not installed, or has no such secret key.
 */
export function findKey(key: string): SigningKey {
  const args = ['--batch', '--with-colons', '--fixed-list-mode', '--list-secret-keys', '--', key]
  const { error, status, stdout } = spawnSync('gpg', args, { encoding: 'utf8' })
  if (error !== undefined) throw noGpg(error)
  const lines = stdout.split('\n').map((line) => line.split(':'))
  const created = Number(lines.find(([kind]) => kind === 'sec')?.[5])
  const fingerprint = lines.find(([kind]) => kind === 'fpr')?.[9]
  if (status !== 0 || fingerprint === undefined || !Number.isSafeInteger(created)) {
    throw new DebReleaseError(
      'DEB_RELEASE_SIGN',
      `gpg has no secret key for ${JSON.stringify(key)}. gpg --list-secret-keys shows those it has; GNUPGHOME says where it looks.`,
    )
  }
  return { fingerprint, created }
}

/**
 * Signs a text in the clear, as InRelease is signed. The time of the signature is that of the text, so that the same text gives
 * the same signature (with RSA and EdDSA keys).
 *
 * @param time Seconds since 1970; a key that is younger signs at its birth.
 * @throws {DebReleaseError} `DEB_RELEASE_SIGN` with what gpg said.
 */
export function clearsign(text: string, key: SigningKey, time: number): string {
  const at = Math.max(time, key.created)
  const args = ['--batch', '--no-tty', '--digest-algo', 'SHA512', '--faked-system-time', `${at}!`]
  const what = ['--local-user', key.fingerprint, '--clearsign', '--output', '-']
  const { error, status, stdout, stderr } = spawnSync('gpg', [...args, ...what], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (error !== undefined) throw noGpg(error)
  if (status === 0 && stdout.includes('BEGIN PGP SIGNATURE')) return stdout
  throw new DebReleaseError(
    'DEB_RELEASE_SIGN',
    `gpg did not sign with the key ${key.fingerprint}:\n${stderr.trim()}\nA key with a passphrase needs a gpg-agent that knows it.`,
  )
}

/** The public key, in the binary form that apt's `signed-by` reads. */
export function exportKey(key: SigningKey): Buffer {
  return execFileSync(
    'gpg',
    ['--batch', '--export', '--export-options', 'export-minimal', key.fingerprint],
    {
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
}

function noGpg(cause: Error): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_SIGN',
    'gpg cannot be started, and the repository is to be signed. Install it (apt-get install gnupg), or leave `sign` out. Nothing was published.',
    { cause },
  )
}
