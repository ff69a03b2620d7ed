// @ts-check
/**
 * Every test: unit and plugin tests, the Django side, the browser. Ends with the line `N passed, N failed`.
 * `node scripts/test.mjs unit` runs one part.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureBrowserTools } from './browser-tools.mjs'

/** @typedef {{ passed: number, failed: number }} Count */

const parts = { unit: () => vitest('unit'), django, e2e }
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
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/**
 * @param {string} project
 * @returns {Count}
 */
function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), 'kovu-report-'))
  const report = join(folder, 'report.json')
  const { status } = spawnSync(
    'npx',
    [
      '--no-install',
      'vitest',
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { stdio: 'inherit' },
  )
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    // A file that cannot be loaded fails the run without a failed test.
    return {
      passed: numPassedTests,
      failed: numFailedTests === 0 && status !== 0 ? 1 : numFailedTests,
    }
  } catch {
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true })
  }
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
  return vitest('e2e')
}
