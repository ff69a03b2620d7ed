import type { CdnOptions } from './cdn/options.ts'
import type { CertificateOptions } from './certificates/load.ts'

/** What is run, and how. */
export interface Runnable {
  /** What starts it: a shell command line, or a program with its arguments. */
  readonly run: string | readonly string[]
  /** Its working folder, relative to Vite's root. Default: the root. */
  readonly cwd?: string
  /** Environment variables, over everything else. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Globs of files whose edits start it again, relative to the root; one without a slash, such as `*.py`, means every
   * folder. Default: none.
   */
  readonly watch?: string | readonly string[]
}

/** An application behind a host. Without `run`, somebody else starts it, or the Procfile does. */
export interface AppHost extends Partial<Runnable> {
  /** Where it listens: a port, `http://localhost:PORT` or `unix:path/to.sock`. */
  readonly target: number | string
  /** A path that answers with a status below 400 once the application is ready. Default: a TCP connection will do. */
  readonly ready?: string
  /** Seconds an application may take for the first byte of an answer before the front gives up. Default: 300; 0 is for ever. */
  readonly timeout?: number
  /** Does Vite's client go into this host's pages? Default: the plugin's `inject`. */
  readonly inject?: boolean
  /** What its lines in the terminal begin with, and its name in the Procfile. Default: the host, or what the command says it is. */
  readonly name?: string
  /** `Domain` attributes of its cookies that are to be others: `{ 'example.com': 'example.localhost' }`. Default: none. */
  readonly cookieDomains?: Readonly<Record<string, string>>
}

/** Options of `vhostDev`. */
export interface VhostDevOptions {
  /** The domain all hosts are below, such as `example.localhost`. */
  readonly domain: string
  /** The HTTPS port; 0 for any free one. Default: the port in Django's STATIC_URL, else 8443. */
  readonly port?: number
  /**
   * Which host is answered by what: `'vite'`, a port or URL of an application, or an {@link AppHost}. Keys are names
   * below the domain; `''` and `'@'` are the domain itself, `'*'` is any one label, and the domain itself
   * when nothing else is; `'/expression/'` is every name below the domain that fits as a whole.
   */
  readonly hosts: Readonly<Record<string, number | string | AppHost>>
  /** Processes without a host: workers, schedulers. Keys are what their lines in the terminal begin with. */
  readonly processes?: Readonly<Record<string, string | readonly string[] | Runnable>>
  /** A file of `name: command` lines, relative to Vite's root. Default: none. */
  readonly procfile?: string
  /** What the network between Vite's host and the browser is like. Default: as it is. */
  readonly cdn?: CdnOptions
  /** Where the certificate comes from. Default: an authority of the project's own in the user's data folder. */
  readonly certificates?: CertificateOptions
  /** Does Vite's client go into the applications' pages? Default: true. */
  readonly inject?: boolean
  /** One line for every request to an application? Default: false. */
  readonly log?: boolean
}
