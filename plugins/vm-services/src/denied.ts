/** What Vite denies when the user says nothing. A plugin that sets `server.fs.deny` replaces it. */
const VITE_DENIES = [
  '.env',
  '.env.*',
  '*.{crt,pem,key,p12,pfx,cer,der}',
  '.npmrc',
  '.yarnrc.yml',
  '**/.git/**',
]

/**
 * The value for `server.fs.deny`: Vite never serves the data of a service.
 *
 * @param dir The folder of all data.
 * @param before What the user or another plugin has set, which is kept.
 */
export function deniedFiles(dir: string, before: readonly string[] | undefined): string[] {
  const own = [`${dir.replaceAll(/[\\*?[\]{}()!+@|^$]/g, '\\$&')}/**`]
  return before ? own : [...VITE_DENIES, ...own]
}
