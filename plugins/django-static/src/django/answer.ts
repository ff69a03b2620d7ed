/** A folder of static files. */
interface DjangoRoot {
  /** Absolute path; it need not exist. */
  readonly dir: string
  /** Where the folder's files are found below STATIC_URL, without slashes at its ends. */
  readonly prefix: string
  /** Where `collectstatic` puts them: differs only for a root that is listed twice. */
  readonly collected: string
}

/** One of STATICFILES_FINDERS. */
interface DjangoFinder {
  readonly name: string
  readonly roots: readonly DjangoRoot[]
  /** For a finder of the project's own: what it lists, as public name and file. */
  readonly files: readonly (readonly [name: string, file: string])[] | null
}

/** One of TEMPLATES. */
interface DjangoTemplates {
  readonly name: string
  readonly backend: string
  readonly dirs: readonly string[]
  readonly appDirs: boolean
  readonly loaders: boolean
}

/** What Django says about the project. */
export interface DjangoInfo {
  readonly django: string
  readonly python: string
  readonly settingsModule: string
  readonly settingsFile: string | null
  /** The project's own files whose change may change the answer. */
  readonly files: readonly string[]
  /** SQLite databases. */
  readonly databases: readonly string[]
  readonly debug: boolean
  readonly staticUrl: string
  readonly staticRoot: string | null
  /** Names of the environment variables that the project has read while it started. */
  readonly env: readonly string[]
  readonly finders: readonly DjangoFinder[]
  readonly ignorePatterns: readonly string[]
  readonly storage: {
    readonly name: string
    readonly manifest: boolean
    readonly aggregation: boolean
  }
  /** Folders of the apps. */
  readonly apps: readonly string[]
  readonly installedApps: readonly string[]
  readonly templates: readonly DjangoTemplates[]
  readonly middleware: readonly string[]
  readonly allowedHosts: readonly string[]
  readonly trustedOrigins: readonly string[]
  readonly proxyHeader: readonly [string, string] | null
  readonly sslRedirect: boolean
  readonly hstsSeconds: number
  readonly sessionCookieDomain: string | null
  readonly csrfCookieDomain: string | null
}
