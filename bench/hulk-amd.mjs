// @ts-check
/**
 * hulk and hogan.js against ours, in one run: compiling, writing 1,000 and 10,000 files (whole processes), an edit of a partial
 * with 200 parents, sizes, rendering. CPU is user and system time; ratios are ours to theirs. Needs `npm run build`.
 *
 *     node bench/hulk-amd.mjs [rounds] [work | sizes | edits | writing]
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureEdits } from './hulk-amd/edits.mjs'
import { measureSizes } from './hulk-amd/sizes.mjs'
import { measureWork } from './hulk-amd/work.mjs'
import { measureWriting } from './hulk-amd/writing.mjs'

const rounds = Number(process.argv[2] ?? 5)
const only = process.argv[3]
/** @param {string} what */
const wants = (what) => only === undefined || only === what
const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'kovu-bench-hulk-')))
try {
  if (wants('work')) measureWork(rounds)
  if (wants('sizes')) measureSizes()
  if (wants('edits')) await measureEdits(temporary, rounds)
  if (wants('writing')) for (const count of [1000, 10_000]) measureWriting(temporary, rounds, count)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
