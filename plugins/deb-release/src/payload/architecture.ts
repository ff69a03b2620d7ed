import type { Entry } from '../deb/entry.ts'
import { DebReleaseError } from '../error.ts'

/** Debian's names for what Node calls `process.arch`. */
const names: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armhf',
  ia32: 'i386',
  ppc64: 'ppc64el',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
}

/** Compiled code that only runs where it was compiled for. */
const nativeRE = /\.(?:node|so(?:\.[\d.]+)?|dylib|pyd)$/

/**
 * The `Architecture` of a package with these files.
 *
 * @param entries Its files.
 * @param machine Where compiled ones come from: `process.platform` and `process.arch`.
 * @returns `all` when none is compiled, else the machine's in Debian's words.
 * @throws {DebReleaseError} `DEB_RELEASE_NODE` when compiled files come from something other than Linux.
 */
export function architectureOf(
  entries: readonly Entry[],
  machine: { readonly platform: string; readonly arch: string },
): string {
  const native = entries.find(({ kind, path }) => kind === 'file' && nativeRE.test(path))
  if (native === undefined) return 'all'
  const name = names[machine.arch]
  if (machine.platform === 'linux' && name !== undefined) return name
  throw new DebReleaseError(
    'DEB_RELEASE_NODE',
    `/${native.path} is compiled for ${machine.platform} ${machine.arch}: no Debian server can run it. Make the packages on Linux with the servers' architecture.`,
  )
}
