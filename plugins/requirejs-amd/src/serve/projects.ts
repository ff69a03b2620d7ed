/** Which configuration a request in development belongs to. */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path/posix'
import { mergeConfig } from '../config/merge.ts'
import { readConfig } from '../config/read.ts'
import type { Context, Project } from '../context.ts'
import type { Peers } from '../peers.ts'
import { createProject, folderOfName, publicOfUrl } from '../project.ts'

/** Finds projects, and makes one for a `data-main` file that no build file knows. */
export class DevProjects {
  readonly #context: Context
  /** Projects found in `data-main` files, and variants with a path that only the page knows. */
  readonly #found: Project[] = []

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * The project in which the id has this public name.
   *
   * @param id The normalized id that the loader asks for.
   * @param publicName The URL that the page's configuration gave it.
   * @param there Has the name a file? Without one the id can only be an npm package's.
   */
  async find(id: string, publicName: string, there: boolean): Promise<Project | undefined> {
    const configured = await this.#context.projects()
    for (const project of [...configured, ...this.#found]) {
      const place = project.ids.locate(id)
      if (place.kind === 'module' && place.publicName === publicName) return project
      if (place.kind !== 'missing' || place.publicName !== publicName) continue
      if (await project.graph.module(id)) return project
    }
    if (!there) return undefined
    const peers = await this.#context.peers()
    const made = configured[0]
      ? variantOf(configured[0], id, publicName, this.#context, peers)
      : await fromMain(id, publicName, this.#context, peers, this.#found)
    this.#found.push(made)
    return made
  }

  /** Every project so far. */
  async all(): Promise<readonly Project[]> {
    return [...(await this.#context.projects()), ...this.#found]
  }

  /** Forgets the projects that were made here. */
  clear(): void {
    this.#found.length = 0
  }
}

/** The page said at run time where this id is; everything else is as configured. */
function variantOf(
  project: Project,
  id: string,
  publicName: string,
  context: Context,
  peers: Peers,
): Project {
  const config = mergeConfig(project.config, {
    paths: { [id]: pathTo(project.prefix, publicName) },
  })
  return createProject(context, peers, { ...project, config })
}

/** `data-main` names a file whose folder is `baseUrl` and which may configure the rest itself. */
async function fromMain(
  id: string,
  publicName: string,
  context: Context,
  peers: Peers,
  known: readonly Project[],
): Promise<Project> {
  const place = peers.find(publicName)
  const file = place && !place.derived ? place.file : undefined
  const read = file === undefined ? undefined : readConfig(await readFile(file, 'utf8'), { file })
  const suffix = `${id}.js`
  const matches = publicName === suffix || publicName.endsWith(`/${suffix}`)
  const first = known.find((project) => project.watch.length > 0)
  if (!read && !matches && first) return variantOf(first, id, publicName, context, peers)
  const { baseUrl, ...config } = read?.config ?? {}
  const implied = matches
    ? publicName.slice(0, -suffix.length).replace(/\/$/, '')
    : folderOfName(publicName)
  const prefix =
    (baseUrl === undefined ? undefined : publicOfUrl(baseUrl, context.config.base, peers)) ??
    implied
  const moved = prefix !== implied || !matches
  return createProject(context, peers, {
    build: undefined,
    prefix,
    config: moved ? mergeConfig(config, { paths: { [id]: pathTo(prefix, publicName) } }) : config,
    dynamic: read?.dynamic ?? {},
    watch: read && file !== undefined ? [file] : [],
  })
}

function pathTo(prefix: string, publicName: string): string {
  return relative(`/${prefix}`, `/${publicName}`).replace(/\.js$/, '')
}
