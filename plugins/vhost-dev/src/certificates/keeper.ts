import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { Certificates } from './load.ts'
import type { KeyAndCertificate } from './x509.ts'

const dayMs = 86_400_000
const mostContexts = 200

/** Where the keeper gets certificates from. */
export interface CertificateSource {
  /** The certificate of all names known beforehand, made anew when it is nearly over. */
  load(): Certificates
  /** A certificate for one more name; undefined when there can be none. */
  forName(name: string): KeyAndCertificate | undefined
  /** Told about a failed renewal. */
  onError(error: unknown): void
}

/** The certificate in use: renewed in time, and joined by others for names that it does not have. */
export class CertificateKeeper {
  readonly #source: CertificateSource
  readonly #onRenewed: (certificate: Certificates) => void
  /** Of names that have been asked for; undefined where the common certificate is theirs. */
  readonly #contexts = new Map<string, SecureContext | undefined>()
  readonly #timer: NodeJS.Timeout
  #current: Certificates

  /**
   * @param onRenewed Told about every new certificate but the first.
   * @throws What the source's `load` throws.
   */
  constructor(source: CertificateSource, onRenewed: (certificate: Certificates) => void) {
    this.#source = source
    this.#onRenewed = onRenewed
    this.#current = source.load()
    this.#timer = setInterval(() => this.renew(), dayMs).unref()
  }

  get current(): Certificates {
    return this.#current
  }

  /** Looks whether there is a newer certificate, or has to be. */
  renew(): void {
    try {
      // Which names are ours may have changed with it.
      this.#contexts.clear()
      const certificate = this.#source.load()
      if (certificate.cert === this.#current.cert) return
      this.#current = certificate
      this.#onRenewed(certificate)
    } catch (error) {
      this.#source.onError(error)
    }
  }

  /** The certificate for a name a client asks for; undefined for the common one. */
  contextFor(name: string): SecureContext | undefined {
    if (this.#contexts.has(name)) return this.#contexts.get(name)
    const own = this.#source.forName(name)
    if (this.#contexts.size >= mostContexts) this.#contexts.clear()
    const context = own && createSecureContext({ key: own.key, cert: own.cert })
    this.#contexts.set(name, context)
    return context
  }

  /** Ends the renewal. */
  close(): void {
    clearInterval(this.#timer)
  }
}
