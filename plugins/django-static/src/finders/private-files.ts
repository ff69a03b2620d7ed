import { realpathSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { DjangoInfo } from '../django/answer.ts'
import { inside } from './public-name.ts'

const SECRET = /\.(?:py|pyc|sqlite3?|db|pem|key|crt)$|^\.|~$/

/**
 * Files of a project that are never to be served or published, even where a finder names them: the Python that Django runs,
 * its SQLite databases and, below a static folder that holds such files (`STATICFILES_DIRS = [BASE_DIR]`), whatever else may
 * hold secrets.
 */
export class PrivateFiles {
  /** Absolute, real paths. */
  readonly files: ReadonlySet<string>
  /** Those of them that are likely to hold secrets: what lies beside the settings, manage.py, databases. A few at most. */
  readonly secrets: readonly string[]
  /** The static folders that hold such files. */
  readonly exposed: readonly string[]
  readonly #names: ReadonlySet<string>

  /**
   * @param info What Django said.
   * @param manage Absolute path of manage.py.
   */
  constructor(info: DjangoInfo, manage: string) {
    this.files = new Set([...info.files, ...info.databases, manage].map(real))
    const beside = info.settingsFile === null ? undefined : dirname(real(info.settingsFile))
    const named = new Set([...info.databases, manage].map(real))
    this.secrets = [...this.files].filter((file) => named.has(file) || dirname(file) === beside)
    this.#names = new Set([...this.files].map((file) => basename(file)))
    this.exposed = info.finders
      .flatMap(({ roots }) => roots.map(({ dir }) => real(dir)))
      .filter((dir) => [...this.files].some((file) => inside(file, dir) !== undefined))
  }

  /**
   * Could a file of this name be one of them, if it is no link? Cheap: for many files.
   *
   * @param file A path or a name.
   */
  mayHave(file: string): boolean {
    const name = basename(file)
    return SECRET.test(name) || this.#names.has(name)
  }

  /**
   * Is a file one of them?
   *
   * @param file Absolute path; what a link leads to counts.
   */
  has(file: string): boolean {
    const path = real(file)
    if (this.files.has(path)) return true
    return this.exposed.some((dir) => {
      const below = inside(path, dir)
      return below !== undefined && (SECRET.test(basename(below)) || /(?:^|\/)\./.test(below))
    })
  }
}

function real(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
