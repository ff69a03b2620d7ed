import type { Injection } from '../proxy/forward.ts'

/**
 * What goes into a page so that Vite's client runs in it.
 *
 * @param origin Origin that answers Vite's files.
 * @param base Vite's base.
 * @param onRelaxed Called when a page's policy had to be relaxed for it.
 */
export function clientInjection(origin: string, base: string, onRelaxed: () => void): Injection {
  const source = `${origin}${base}@vite/client`
  return {
    needs: { script: origin, connect: [origin, origin.replace(/^https:/, 'wss:')] },
    snippet(nonce) {
      const attribute = nonce === undefined ? '' : ` nonce="${nonce.replace(/[^\w+/=-]/g, '')}"`
      return `<script type="module"${attribute} src="${source}"></script>`
    },
    onRelaxed,
  }
}
