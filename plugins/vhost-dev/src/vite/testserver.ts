import type { Target } from '@kovu/protocol'

/** The `testserver` target: Vite's development server with the front before it, until it is told to end. */
export const testserver: Target = {
  help: 'serve the site with HMR behind its HTTPS hosts',
  deps: ['settings', 'vm'],
  persistent: true,
  async run({ root, mode, signal }) {
    if (signal.aborted) return
    const development = mode === 'production' ? 'development' : mode
    // A build's default, if the command has set it already, would turn HMR off.
    if (process.env['NODE_ENV'] === 'production') process.env['NODE_ENV'] = 'development'
    const { createServer } = await import('vite')
    const server = await createServer({ root, mode: development })
    try {
      await server.listen()
      server.printUrls()
      await new Promise<void>((done) => {
        if (signal.aborted) done()
        else signal.addEventListener('abort', () => done(), { once: true })
      })
    } finally {
      await server.close()
    }
  },
}
