import type { Offers } from './project.ts'

/** `kovu --help`, before a project's own targets and commands are known. */
export const help = `kovu: the Makefile of a Django + LESS + RequireJS site, as one graph of Vite plugins

  kovu [target …] [options]     run targets and what they wait for, where something has changed (default: all)
  kovu <command> [words …]      run one of the plugins' commands

Start here
  kovu new                      write a starting Vite config for the Django project in this folder
  kovu init                     install what is missing and migrate the database
  kovu testserver               every host of the site on one HTTPS port, with HMR
  kovu static                   build STATIC_ROOT with staticfiles.json, ready for Django
  kovu ci                       check, test, static, packages, publish: what a build server runs
  kovu makefile > Makefile      keep \`make static\` working

Options
  -n, --dry-run                 say what would run, and run nothing
      --why                     say why each target runs: which input has changed
  -B, --force                   run also what is up to date
  -w, --watch                   run again whenever something changes
  -l, --list                    list the targets and commands of this project
      --in-place                write what css and templates make beside the sources, as the old Makefile did
      --graph[=format]          draw what each target waits for, with times: text, dot, svg, html
  -m, --mode <mode>             Vite's mode (default: production; development for a server)
      --root <folder>           the project's folder (default: the current one)
  -c, --config <file>           the Vite config (default: the one in the folder)
  -h, --help, help [word]       this page; of a target or command, what that does
  -v, --version                 Kovu's version

What targets read is remembered in node_modules/.kovu, which may be deleted at any time.
`

/** What needs no project. */
const verbs: Readonly<Record<string, string>> = {
  new: `kovu new         write a starting Vite config for the Django project in this folder, each line explained
kovu new --ci    write a Jenkinsfile and a GitHub workflow

Never over a file that is there.
`,
  makefile: `kovu makefile    print a Makefile with a rule for each target of the project, which calls kovu: kovu makefile > Makefile
`,
}

/** `kovu <word> --help` for a word that means the same in every folder; undefined for others. */
export function helpOfVerb(word: string): string | undefined {
  return Object.hasOwn(verbs, word) ? verbs[word] : undefined
}

/** `kovu <word> --help`: what a target or command does; undefined when the project has none of this name. */
export function helpOf(word: string, { graph, commands }: Offers): string | undefined {
  const node = graph.get(word)
  const verb = commands.get(word)
  if (node === undefined && verb === undefined) return undefined
  const lines = [`kovu ${word}: ${node?.target.help ?? verb?.help}`]
  if (node !== undefined && verb !== undefined) lines.push(`with words behind it: ${verb.help}`)
  if (node !== undefined && node.deps.length > 0)
    lines.push(`It waits for ${node.deps.join(', ')}.`)
  if (node !== undefined)
    lines.push(
      'The options of every target: kovu --help. What it would do now: add --dry-run --why.',
    )
  return `${lines.join('\n')}\n`
}
