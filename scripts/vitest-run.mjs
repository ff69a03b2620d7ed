// @ts-check
/** Vitest's projects, run and counted; what failed is told by name, and what lost a race is told apart from what is broken. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} [failures] Each failed test with the first lines of its error: a log that is cut keeps its end, so
 *   they are told once more there.
 * @property {string[]} [races] Each test that failed beside the others and passed alone.
 *
 * @typedef {{ status: string, fullName: string, failureMessages: string[] }} Assertion
 * @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} File
 */

/** More files than these are broken: running them again would only cost time. */
const mostAgain = 3

/**
 * Runs a project. Its tests start real servers, browsers and package managers, on machines with two cores: files that fail
 * are run once more with nothing beside them. A defect fails twice, and a race that was lost is named at the end.
 *
 * @param {string} project
 * @returns {Count}
 */
export function runTests(project) {
  const first = run(project, [])
  const broken = first.files.filter(({ status }) => status === 'failed')
  const failures = broken.flatMap(failuresOf)
  if (first.failed === 0 || broken.length === 0 || broken.length > mostAgain)
    return { passed: first.passed, failed: first.failed, failures }
  console.log(`\n── ${project}: ${broken.length} failed, and run again with nothing beside ──`)
  const again = run(project, [
    '--no-file-parallelism',
    ...broken.map(({ name }) => relative('.', name)),
  ])
  const passedBefore = broken
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed').length
  const stillBroken = again.files.flatMap(failuresOf)
  return {
    passed: first.passed - passedBefore + again.passed,
    failed: again.failed,
    failures: stillBroken,
    races: failures.filter(
      (failure) => !stillBroken.some((other) => title(other) === title(failure)),
    ),
  }
}

/**
 * @param {string} project
 * @param {string[]} args
 * @returns {{ passed: number, failed: number, files: File[] }}
 */
function run(project, args) {
  const folder = mkdtempSync(join(tmpdir(), 'kovu-report-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(
    'npx',
    ['--no-install', 'vitest', 'run', '--project', project, ...reporters, ...args],
    { stdio: 'inherit' },
  )
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    // A file that cannot be loaded fails the run without a failed test.
    const failed = numFailedTests === 0 && status !== 0 ? 1 : numFailedTests
    return { passed: numPassedTests, failed, files: testResults }
  } catch {
    return { passed: 0, failed: 1, files: [] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {File} file @returns {string[]} Its failed tests, or the file itself when it could not be loaded. */
function failuresOf({ name, status, message, assertionResults }) {
  const path = relative('.', name)
  const failed = assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${path} > ${test.fullName}\n${head(test.failureMessages.join('\n'))}`)
  if (failed.length > 0 || status !== 'failed') return failed
  return [`${path}\n${head(message)}`]
}

/** @param {string} failure @returns {string} Which test it is. */
function title(failure) {
  return failure.split('\n', 1)[0] ?? ''
}

/** @param {string} message @returns {string} Its first lines that are ours, indented. */
function head(message) {
  return message
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .slice(0, 12)
    .map((line) => `    ${line}`)
    .join('\n')
}
