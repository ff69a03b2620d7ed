import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'

import { temporaryFolder } from './site.ts'

/** The address of the key that {@link makeKey} makes. */
export const signer = 'ci@drund.example.org'

/** Makes a signing key in a GNUPGHOME of its own, and lets gpg use that from now on. */
export function makeKey(): void {
  const home = temporaryFolder()
  chmodSync(home, 0o700)
  process.env.GNUPGHOME = home
  const key = ['--quick-generate-key', signer, 'ed25519', 'sign', 'never']
  execFileSync('gpg', ['-q', '--batch', '--passphrase', '', ...key], { stdio: 'ignore' })
}
