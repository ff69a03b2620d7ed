import type { CommandContext } from '@kovu/protocol'
import { VhostError } from '../error.ts'
import { hostPattern, hostTable, isExact } from '../names/hosts.ts'
import {
  hostsBlock,
  hostsFile,
  readHostsFile,
  replaceFile,
  withBlock,
} from '../names/hosts-file.ts'
import { resolveOptions } from '../options/resolve.ts'
import type { VhostDevOptions } from '../options.ts'

/** `kovu hosts [--write | --remove] [--file FILE] [name …]`. */
export function hosts(given: VhostDevOptions, { root, args, log }: CommandContext): void {
  const options = resolveOptions(given, root)
  const { domain } = options
  const wish = readWords(args)
  const table = hostTable(options.hosts.map(({ pattern }) => [pattern, pattern] as const))
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
