import { isPublicName } from '../finders/public-name.ts'

const HASHED = /\.[0-9a-f]{12}(?=\.[^./]+$|$)/
/** Queries by which Vite's own modules ask for a file: such a request is Vite's to answer. */
const MODULE_QUERY =
  /[?&](?:import|raw|url|inline|worker|sharedworker|worker_file|html-proxy)(?:[=&]|$)/
const INTERNAL = /^(?:@fs\/|@id\/|@vite\/|node_modules\/|__open-in-editor(?:$|[/?])|__vite)/

/** What a URL below the base asks for. */
export type Wanted =
  /** Vite's own files. */
  | { readonly kind: 'internal' }
  /** No static file can have this name. */
  | { readonly kind: 'hostile' }
  | {
      readonly kind: 'static'
      readonly publicName: string
      readonly query: URLSearchParams
      /** Is it asked for as a module of Vite's? */
      readonly module: boolean
    }

/**
 * Reads a request's URL.
 *
 * @param url The URL of the request, path and query.
 * @param base Where static files begin, with slashes at both ends.
 * @returns Undefined when the URL is not below the base.
 */
export function parseRequest(url: string, base: string): Wanted | undefined {
  if (!url.startsWith(base)) return undefined
  const mark = url.search(/[?#]/)
  const path = url.slice(base.length, mark === -1 ? undefined : mark)
  const search = mark === -1 ? '' : url.slice(mark).replace(/#.*$/s, '')
  const publicName = decode(path)
  if (publicName === undefined) return { kind: 'hostile' }
  if (INTERNAL.test(publicName)) {
    return /(?:^|[\\/])\.\.(?:[\\/]|$)|\0/.test(publicName)
      ? { kind: 'hostile' }
      : { kind: 'internal' }
  }
  if (!isPublicName(publicName)) return { kind: 'hostile' }
  return {
    kind: 'static',
    publicName,
    query: new URLSearchParams(search),
    module: MODULE_QUERY.test(search),
  }
}

/**
 * The name a hashed name was made from: pages kept from production ask for `kovu.0123456789ab.css`.
 *
 * @param publicName Any public name.
 * @returns The unhashed name, or undefined when the name has no hash.
 */
export function withoutHash(publicName: string): string | undefined {
  const plain = publicName.replace(HASHED, '')
  return plain === publicName ? undefined : plain
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
