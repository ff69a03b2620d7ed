import type { ViteDevServer } from 'vite'
import { hasFront } from './front.ts'
import type { Project } from '../project.ts'

const LOADER = /(?:^|\/)require(?:\.min)?\.js$/

/**
 * Brings Vite's client to pages by the scripts that they load, where no front puts it into the pages themselves.
 *
 * @param server The development server.
 * @param project The project, for the scripts of its templates.
 */
export class PageClient {
  readonly #url: string
  readonly #project: Project
  readonly #front: boolean

  constructor({ config }: ViteDevServer, project: Project) {
    // Absolute where the page may be of another origin: a classic script from elsewhere has no base URL for `import()`.
    this.#url = JSON.stringify(`${config.server.origin ?? ''}${config.base}@vite/client`)
    this.#project = project
    this.#front = hasFront(config.plugins)
  }

  /** Does a page load this script by `<script src="{% static '…' %}">`, or is it a require.js? */
  isFor(publicName: string): boolean {
    if (this.#front || !/\.[cm]?[jt]sx?$/.test(publicName)) return false
    if (LOADER.test(publicName)) return true
    for (const { script, publicName: name } of this.#project.texts.references()) {
      if (script && name === publicName) return true
    }
    return false
  }

  /** A classic script that brings the client when it has run. */
  withScript(body: string | Uint8Array): string {
    return `${Buffer.from(body).toString('utf8')}\n;import(${this.#url})\n`
  }

  /** A module that brings the client before it runs. */
  withModule(body: string): string {
    return `import ${this.#url};${body}`
  }
}
