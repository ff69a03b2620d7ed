import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { LessYuiError } from '../error.ts'

/** A less of version 2 or later, as far as this plugin touches it. */
export interface Less {
  readonly version: readonly number[]
  render(input: string, options: object): Promise<{ css: string; map?: string; imports: string[] }>
  readonly FileManager: new () => LessFileManager
  readonly tree: {
    readonly Comment: new (text: string, isLine: boolean, index: number, file: object) => object
  }
  /** That of the rendering which has begun last; since less 3. */
  readonly importManager?: ImportManager
  readonly logger?: {
    addListener(listener: LessListener): void
    removeListener?(listener: LessListener): void
  }
}

/** What less tells while it renders. */
interface LessListener {
  warn(message: string): void
}

/** What less keeps of the files that one rendering imports. */
export interface ImportManager {
  readonly files: Record<string, ImportedFile>
}

/** A parsed import. */
export interface ImportedFile {
  readonly root: object
}

/** A file manager of less 2 or later. */
export interface LessFileManager {
  supports(...args: readonly unknown[]): boolean
  supportsSync(...args: readonly unknown[]): boolean
  loadFile(
    name: string,
    folder: string,
    options: LoadOptions,
    environment: unknown,
    callback?: (error: unknown, file?: LoadedFile) => void,
  ): Promise<LoadedFile>
  loadFileSync(
    name: string,
    folder: string,
    options: LoadOptions,
    environment: unknown,
    /** Wanted by less 2 for a text; later versions give text anyway. */
    encoding?: 'utf-8',
  ): LoadedFile | { error: unknown }
}

/** How less asks its file manager. */
export interface LoadOptions {
  paths?: readonly string[]
  ext?: string
  prefixes?: readonly string[]
  rawBuffer?: boolean
  mime?: string
}

/** What a file manager gives. */
export interface LoadedFile {
  filename: string
  contents: string | Buffer
}

/** A less of the 1.x line. */
export interface Less1 {
  readonly version: readonly number[]
  readonly Parser: new (environment: object) => Less1Parser
  readonly tree: { functions: Record<string, (...args: never[]) => unknown> }
}

/** The parser of less 1.x. */
interface Less1Parser {
  readonly imports: { readonly contents: Readonly<Record<string, string>> }
  parse(input: string, callback: (error: unknown, root?: Less1Root) => void): void
}

/** A parsed sheet of less 1.x. */
export interface Less1Root {
  toCSS(options: object): string
}

/** A loaded less with what a cache key needs to know of it. */
export type Implementation = { readonly name: string; readonly file: string | undefined } & (
  | { readonly major: 1; readonly less: Less1 }
  | { readonly major: 2 | 3 | 4 | 5; readonly less: Less }
)

/**
 * Loads the less that the project has.
 *
 * @param wanted A package name, a path, or the module itself.
 * @param root The folder to resolve from.
 * @throws {@link LessYuiError} `LESS_YUI_IMPLEMENTATION` when there is none, or when it is none.
 */
export async function loadImplementation(
  wanted: string | object,
  root: string,
): Promise<Implementation> {
  if (typeof wanted !== 'string') return identify(wanted, undefined)
  const file = resolveFrom(wanted, root)
  const module = (await load(file)) as { default?: object }
  return identify(module.default ?? module, file)
}

/** Every less is CommonJS to `require`, which starts it twice as fast as `import` does; a module of the user's own need not be. */
async function load(file: string): Promise<object> {
  try {
    return createRequire(file)(file) as object
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_REQUIRE_ESM') throw cause
    return (await import(pathToFileURL(file).href)) as object
  }
}

/** The file that `implementation` names, resolved from the root. */
function resolveFrom(wanted: string, root: string): string {
  const require = createRequire(path.join(root, 'package.json'))
  const spec = wanted.startsWith('.') ? path.resolve(root, wanted) : wanted
  try {
    return require.resolve(spec)
  } catch (cause) {
    throw new LessYuiError(
      'LESS_YUI_IMPLEMENTATION',
      `less-yui: cannot find \`${wanted}\` from ${root}. Install it (\`npm install -D ${installable(wanted)}\`), or name yours in the option \`implementation\`.`,
      { cause },
    )
  }
}

/** What npm is to install: a name with a version in it, such as `less-1.7.5`, is an alias of that less. */
function installable(wanted: string): string {
  const version = /^less-?(\d+(?:\.\d+){2})$/.exec(wanted)?.[1]
  return version === undefined ? 'less' : `${wanted}@npm:less@${version}`
}

function identify(module: object, file: string | undefined): Implementation {
  const less = module as Partial<Less & Less1>
  const version = less.version
  const major = Array.isArray(version) ? Number(version[0]) : Number.NaN
  if (!Array.isArray(version) || !(major >= 1 && major <= 5)) {
    throw new LessYuiError(
      'LESS_YUI_IMPLEMENTATION',
      `less-yui: ${file ?? 'the object given as `implementation`'} is not a less between 1.3.2 and 5.`,
    )
  }
  const name = `less ${version.join('.')}`
  return major === 1
    ? { name, file, major, less: module as Less1 }
    : { name, file, major: major as 2 | 3 | 4 | 5, less: module as Less }
}
