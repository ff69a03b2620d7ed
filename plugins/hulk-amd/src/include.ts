/** Which files are templates. */
export interface Include {
  /** Suffixes of the globs, longest first: `.template.mustache`, `.mustache`. */
  readonly suffixes: readonly string[]
  /** Is a file (absolute path, forward slashes, no query) a template? */
  matches(file: string): boolean
}

/**
 * Reads the `include` globs: `*`, `**`, `?` and `{a,b}`; each must end in a fixed suffix such as `.mustache`.
 *
 * @param globs Relative to the root unless they begin with `/` or with two stars.
 * @param root Vite's root.
 * @throws An error that names the glob without a suffix.
 */
export function readInclude(globs: readonly string[], root: string): Include {
  const flat = globs.flatMap((glob) => expandBraces(glob))
  const suffixes = new Set<string>()
  for (const glob of flat) {
    const suffix = /(?:^|[^.])(\.[^*?/]+)$/.exec(glob.slice(glob.lastIndexOf('/') + 1))?.[1]
    if (!suffix || suffix === '.js') {
      throw new Error(
        `[hulk-amd] HULK_AMD_OPTION: include: '${glob}' must end in the suffix of templates, such as '**/*.mustache'.`,
      )
    }
    suffixes.add(suffix)
  }
  const patterns = flat.map((glob) => {
    const anchored = /^(?:\/|\*\*\/)/.test(glob) ? glob : `${root}/${glob.replace(/^\.\//, '')}`
    return globToRegExp(anchored)
  })
  const sorted = [...suffixes].sort((a, b) => b.length - a.length)
  return {
    suffixes: sorted,
    // Most files of a site are no templates: their ends tell.
    matches: (file) =>
      sorted.some((suffix) => file.endsWith(suffix)) &&
      patterns.some((pattern) => pattern.test(file)),
  }
}

function expandBraces(glob: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(glob)
  if (!braces) return [glob]
  const before = glob.slice(0, braces.index)
  const after = glob.slice(braces.index + braces[0].length)
  return (braces[1] as string)
    .split(',')
    .flatMap((choice) => expandBraces(`${before}${choice}${after}`))
}

function globToRegExp(glob: string): RegExp {
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return `\\${part}`
  })
  return new RegExp(`^${source}$`)
}
