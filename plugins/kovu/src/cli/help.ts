/** `kovu --help`, before a project's own targets and commands are known. */
export const help = `kovu: the Makefile of a Django + LESS + RequireJS site, as one graph of Vite plugins

  kovu [target …] [options]     run targets and what they wait for (default: all)
  kovu <command> [words …]      run one of the plugins' commands

Start here
  kovu init                     install what is missing and migrate the database
  kovu testserver               every host of the site on one HTTPS port, with HMR
  kovu static                   build STATIC_ROOT with staticfiles.json, ready for Django
  kovu makefile > Makefile      keep \`make static\` working

Options
  -m, --mode <mode>             Vite's mode (default: production for what is built, else development)
  -n, --dry-run                 say what would run, and run nothing
  -B, --force                   run even what has not changed
  -l, --list                    list the targets and commands of this project
      --graph                   draw what each target waits for
      --root <folder>           the project's folder (default: the current one)
  -c, --config <file>           the Vite config (default: the one in the folder)
  -h, --help                    this page; with a project, its targets too
  -v, --version                 Kovu's version
`
