import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import type { Command } from '@kovu/protocol'

import type { Context } from './context.ts'
import { DebReleaseError } from './error.ts'

/** Words after which a site may stand. */
const verbs = new Set(['list', 'switch', 'hold', 'unhold', 'gc'])

/** `user@host`, or a name of ~/.ssh/config: nothing that ssh or a shell would take for something else. */
const hostRE = /^(?:[a-z_][\w.-]*@)?[A-Za-z0-9][\w.:-]*$/

/**
 * `kovu release …`: the same command as on a server, run on this machine, or by ssh on the one that `--host` names.
 *
 * @param context The context of the plugin call.
 */
export function releaseCommand(context: Context): Command {
  return {
    help: 'list the releases of a server, switch, hold, purge old ones (--host USER@SERVER)',
    async run({ args }) {
      const { host, words } = takeHost(args)
      // On a server with other sites, this project means its own.
      const named = words.some((word) => /^[^-][^/]*\/[^/]+$/.test(word))
      const [verb = ''] = words
      const all = verbs.has(verb) && !named ? [...words, await siteOf(context)] : words
      if (host !== undefined)
        return start('ssh', ['--', host, 'kovu', 'release', ...all.map(quoted)])
      const { serverCommand } = await import('./packages/server.ts')
      return start('sh', [fileURLToPath(serverCommand), ...all])
    },
  }
}

async function siteOf(context: Context): Promise<string> {
  return (await context.release()).names.site
}

function takeHost(args: readonly string[]): { host: string | undefined; words: string[] } {
  const words = [...args]
  const at = words.findIndex((word) => word === '--host' || word.startsWith('--host='))
  if (at < 0) return { host: undefined, words }
  const [flag = ''] = words.splice(at, 1)
  const host = flag.includes('=') ? flag.slice('--host='.length) : words.splice(at, 1)[0]
  if (host !== undefined && hostRE.test(host)) return { host, words }
  throw new DebReleaseError(
    'DEB_RELEASE_SERVER',
    `--host wants a server that ssh knows, such as deploy@www.example.org, not ${JSON.stringify(host ?? '')}.`,
  )
}

/** ssh hands the words to a shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function start(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.once('error', (cause) => {
      const message = `${program} cannot be started. Install it, or log in to the server and use kovu release there.`
      reject(new DebReleaseError('DEB_RELEASE_SERVER', message, { cause }))
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
