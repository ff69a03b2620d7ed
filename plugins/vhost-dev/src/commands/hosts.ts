import type { CommandContext } from '@kovu/protocol'
import { VhostError } from '../error.ts'
import { asInvoker } from '../front/privileges.ts'
import { hostPattern, hostTable, isExact } from '../names/hosts.ts'
import {
  hostsBlock,
  hostsFile,
  readHostsFile,
  replaceFile,
  withBlock,
} from '../names/hosts-file.ts'
import { resolveOptions } from '../options/resolve.ts'
import type { ResolvedHost } from '../options/hosts.ts'
import type { Context } from '../vite/context.ts'
import { place } from '../vite/open-site.ts'

/** `kovu hosts [--write | --remove] [--file FILE] [name …]`. */
export async function hosts(context: Context, command: CommandContext): Promise<void> {
  const { root, args, log } = command
  const { domain } = resolveOptions(context.given, root)
  const wish = readWords(args)
  const served = await servedHosts(context, command)
  const table = hostTable(served.map(({ pattern }) => [pattern, pattern] as const))
  const named = wish.names.map((name) => {
    const pattern = hostPattern(domain, name)
    if (pattern === undefined || !isExact(pattern) || table.match(pattern) === undefined) {
      throw new VhostError('VHOST_DEV_HOSTS', `'${name}' is no host of ${domain}.`)
    }
    return pattern
  })
  const { text, notes } = hostsBlock(domain, [...new Set([...table.patterns, ...named])])
  if (wish.does === 'print') {
    log.info(text)
    for (const note of notes) log.warn(note)
    return
  }
  const before = readHostsFile(wish.file)
  const after = withBlock(before, domain, wish.does === 'write' ? text : undefined)
  if (after === before) return log.info(`${wish.file}: nothing to do`)
  replaceFile(wish.file, after)
  log.info(`${wish.file}: ${wish.does === 'write' ? `has now\n${text}` : 'the block is out'}`)
}

/** The hosts the front will have: those of the options, and the one that Django's STATIC_URL names. */
async function servedHosts(
  context: Context,
  { root, log }: CommandContext,
): Promise<readonly ResolvedHost[]> {
  const { config, given } = context
  const { hosts: named } = resolveOptions(given, root)
  if (!config) return named
  try {
    return (await asInvoker(() => place(context, config))).hosts
  } catch (error) {
    // The other names are as good without it.
    log.warn(`The host of STATIC_URL may be missing, for Django did not say: ${String(error)}`)
    return named
  }
}

interface Wish {
  readonly does: 'print' | 'write' | 'remove'
  readonly file: string
  readonly names: readonly string[]
}

function readWords(args: readonly string[]): Wish {
  let does: Wish['does'] = 'print'
  let file = hostsFile()
  const names: string[] = []
  const words = args.values()
  for (const word of words) {
    if (word === '--write') does = 'write'
    else if (word === '--remove') does = 'remove'
    else if (word === '--file') file = words.next().value ?? ''
    else if (word.startsWith('-')) {
      throw new VhostError(
        'VHOST_DEV_HOSTS',
        `'${word}' is no option; there are --write, --remove and --file FILE.`,
      )
    } else names.push(word)
  }
  if (file === '') throw new VhostError('VHOST_DEV_HOSTS', '--file needs the path of a file.')
  return { does, file, names }
}
