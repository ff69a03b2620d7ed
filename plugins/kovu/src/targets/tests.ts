import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Target } from '@kovu/protocol'

import { quote, shell } from './shell.ts'

/** What `npm init` writes where there is no test. */
const placeholder = /no test specified/

/**
 * The project's tests as a target: Django's, and `npm test`.
 *
 * @param root The project's folder.
 * @param manage `manage.py` below the root, if there is one.
 * @param python How Python is started.
 * @returns Undefined when the project has neither.
 */
export function testTarget(
  root: string,
  manage: string | undefined,
  python: readonly string[],
): Target | undefined {
  const commands = [
    ...(manage === undefined ? [] : [manageCommand(python, manage, 'test --noinput')]),
    ...(hasNpmTest(root) ? ['npm test'] : []),
  ]
  if (commands.length === 0) return undefined
  return {
    help: `run ${commands.join(', ')}`,
    deps: ['settings'],
    async run({ root, log, signal }) {
      for (const one of commands) {
        const said = await shell({ name: 'test', command: one, root, log, signal })
        if (/^Ran 0 tests/m.test(said)) log.warn(`test: \`${one}\` found no test`)
      }
    },
  }
}

/** Django's own checks as a target. */
export function checkTarget(manage: string, python: readonly string[]): Target {
  const line = manageCommand(python, manage, 'check')
  return {
    help: `run ${line}`,
    deps: ['settings'],
    async run({ root, log, signal }) {
      await shell({ name: 'check', command: line, root, log, signal })
    },
  }
}

/** A command line for `manage.py`. */
export function manageCommand(python: readonly string[], manage: string, words: string): string {
  return `${[...python, manage].map(quote).join(' ')} ${words}`
}

function hasNpmTest(root: string): boolean {
  try {
    const text = readFileSync(join(root, 'package.json'), 'utf8')
    const script = (JSON.parse(text) as { scripts?: Record<string, string> }).scripts?.['test']
    return script !== undefined && !placeholder.test(script) && !/\bkovu (?:test|ci)\b/.test(script)
  } catch {
    return false
  }
}
