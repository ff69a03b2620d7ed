import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import type { Command, CommandContext } from '@kovu/protocol'
import { certificateDir, ensureAuthorityFile } from '../certificates/load.ts'
import { VhostError } from '../error.ts'
import { hostsBlock } from '../names/hosts-file.ts'
import { resolveOptions } from '../options/resolve.ts'
import type { VhostDevOptions } from '../options/resolve.ts'
import { fingerprint, markTrusted, thisMachine, trustSteps } from '../trust/stores.ts'
import type { TrustStep } from '../trust/stores.ts'

/** The verbs this plugin adds to the `kovu` command. */
export function commands(given: VhostDevOptions): Readonly<Record<string, Command>> {
  return {
    trust: {
      help: "puts the project's certificate authority into the stores of browsers and system (--dry-run)",
      run: (context) => changeTrust(given, context, 'add'),
    },
    untrust: {
      help: "takes the project's certificate authority out of all stores (--dry-run)",
      run: (context) => changeTrust(given, context, 'remove'),
    },
    hosts: {
      help: 'prints the lines for the hosts file, for domains that do not end in .localhost',
      async run({ root, log }) {
        const { domain, hosts } = resolveOptions(given, root)
        const { text, notes } = hostsBlock(
          domain,
          hosts.map((host) => host.pattern),
        )
        log.info(text)
        for (const note of notes) log.warn(note)
      },
    },
  }
}

async function changeTrust(
  given: VhostDevOptions,
  { root, args, log }: CommandContext,
  action: 'add' | 'remove',
): Promise<number> {
  const unknown = args.find((arg) => arg !== '--dry-run')
  if (unknown !== undefined) throw new VhostError('VHOST_DEV_TRUST', `'${unknown}' is no option.`)
  const dry = args.includes('--dry-run')
  const { domain, certificates } = resolveOptions(given, root)
  if ('key' in certificates) {
    throw new VhostError(
      'VHOST_DEV_TRUST',
      "The certificate is the user's own; only who made it knows its authority.",
    )
  }
  const ca = ensureAuthorityFile(certificateDir(certificates, domain, root), domain)
  log.info(
    `${ca}\nSHA-256 ${fingerprint(ca)}\nvouches for ${domain} and names below it, for nothing else`,
  )
  const steps = trustSteps(thisMachine(homedir()), ca, domain)
  if (dry) {
    for (const step of steps) tell(step, action, 'would run', (line) => log.info(line))
    return 0
  }
  const failed = await changeStores(steps, action, log)
  markTrusted(ca, action === 'add' && failed === 0)
  log.info('Restart the browser: it reads its stores when it starts.')
  return failed === 0 ? 0 : 1
}

/**
 * Changes the stores that do not have what is wanted yet, each with a check afterwards. What needs the superuser is
 * only told, unless we are it.
 *
 * @returns How many stores were not changed.
 */
export async function changeStores(
  steps: readonly TrustStep[],
  action: 'add' | 'remove',
  log: CommandContext['log'],
): Promise<number> {
  let failed = 0
  for (const step of steps) {
    const isIn = (await run(step.check)).code === 0
    if (isIn === (action === 'add')) log.info(`${step.store}: nothing to do`)
    else if (needsRoot(step)) {
      failed += 1
      tell(step, action, 'needs the superuser; run', (line) => log.warn(line))
    } else if (!(await change(step, action, log))) failed += 1
  }
  return failed
}

function needsRoot(step: TrustStep): boolean {
  return step.root && process.getuid?.() !== 0
}

function tell(
  step: TrustStep,
  action: 'add' | 'remove',
  what: string,
  say: (line: string) => void,
): void {
  say(`${step.store}: ${what}`)
  const prefix = needsRoot(step) ? 'sudo ' : ''
  for (const command of step[action]) say(`  ${prefix}${command.map(quoted).join(' ')}`)
}

/** @returns Whether a check afterwards found what was wanted. */
async function change(
  step: TrustStep,
  action: 'add' | 'remove',
  log: CommandContext['log'],
): Promise<boolean> {
  for (const command of step[action]) {
    const { code, output } = await run(command)
    if (code === 0) continue
    log.error(`${step.store}: ${command.map(quoted).join(' ')} failed: ${output.trim()}`)
    return false
  }
  const isIn = (await run(step.check)).code === 0
  if (isIn === (action === 'add')) {
    log.info(`${step.store}: done`)
    return true
  }
  log.error(`${step.store}: the commands ran, but a check says nothing has changed`)
  return false
}

function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', (error: NodeJS.ErrnoException) => {
      const hint = program === 'certutil' ? ' (Debian: libnss3-tools)' : ''
      done({ code: 127, output: `${error.message}${hint}` })
    })
    child.on('close', (code) => done({ code: code ?? 1, output }))
  })
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
