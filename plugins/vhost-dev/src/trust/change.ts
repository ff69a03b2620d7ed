import { spawn } from 'node:child_process'
import type { CommandContext } from '@kovu/protocol'
import type { TrustStep } from './stores.ts'

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
      for (const line of explain(step, action, 'needs the superuser; run')) log.warn(line)
    } else if (!(await change(step, action, log))) failed += 1
  }
  return failed
}

function needsRoot(step: TrustStep): boolean {
  return step.root && process.getuid?.() !== 0
}

/** The commands of a step, as a person would type them. */
export function explain(step: TrustStep, action: 'add' | 'remove', what: string): string[] {
  const prefix = needsRoot(step) ? 'sudo ' : ''
  return [
    `${step.store}: ${what}`,
    ...step[action].map((command) => `  ${prefix}${command.map(quoted).join(' ')}`),
  ]
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
