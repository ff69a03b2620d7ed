// @ts-check
/**
 * Every test: unit and plugin tests, the Django side, the browser. Ends with the line `N passed, N failed`.
 * `node scripts/test.mjs unit` runs one part.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { ensureBrowserTools } from './browser-tools.mjs'
import { runTests } from './vitest-run.mjs'

/** @typedef {import('./vitest-run.mjs').Count} Count */

const parts = { unit: () => runTests('unit'), django, e2e }
const asked = process.argv.slice(2)
const results = Object.entries(parts)
  .filter(([name]) => asked.length === 0 || asked.includes(name))
  .map(([name, part]) => {
    console.log(`\n── ${name} ──`)
    const started = Date.now()
    const count = part()
    console.log(
      `── ${name}: ${count.passed} passed, ${count.failed} failed in ${Math.round((Date.now() - started) / 1000)} s`,
    )
    return count
  })

const passed = results.reduce((sum, count) => sum + count.passed, 0)
const failed = results.reduce((sum, count) => sum + count.failed, 0)
list(
  'failed beside the others, passed alone',
  results.flatMap((count) => count.races ?? []),
)
list(
  'failed',
  results.flatMap((count) => count.failures ?? []),
)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/** @param {string} title @param {string[]} tests */
function list(title, tests) {
  if (tests.length > 0) console.log(`\n── ${title} ──\n${tests.join('\n')}`)
}

/** Django's own checks of the playground, and its test suite. @returns {Count} */
function django() {
  const python =
    process.env.KOVU_TEST_PYTHON ?? join(import.meta.dirname, '../playground/.venv/bin/python')
  const cwd = join(import.meta.dirname, '../playground')
  const check = spawnSync(python, ['manage.py', 'check', '--fail-level', 'WARNING'], {
    cwd,
    stdio: 'inherit',
  })
  const tests = spawnSync(python, ['manage.py', 'test', '--noinput'], { cwd, encoding: 'utf8' })
  process.stdout.write(tests.stderr)
  const ran = Number(/^Ran (\d+) tests?/m.exec(tests.stderr)?.[1] ?? 0)
  const failed = [...tests.stderr.matchAll(/(?:failures|errors)=(\d+)/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  )
  const broken = tests.status !== 0 && failed === 0 ? 1 : failed
  return {
    passed: ran - failed + (check.status === 0 ? 1 : 0),
    failed: broken + (check.status === 0 ? 0 : 1),
  }
}

/** @returns {Count} */
function e2e() {
  const missing = ensureBrowserTools()
  if (missing !== undefined) {
    console.error(missing)
    return { passed: 0, failed: 1 }
  }
  return runTests('e2e')
}
