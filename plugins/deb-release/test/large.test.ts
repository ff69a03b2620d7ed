import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { writeDeb } from '../src/deb/write.ts'
import { temporaryFolder } from './support/site.ts'

test('a file of 2 GB is packed in constant memory', async () => {
  const folder = temporaryFolder()
  execFileSync('truncate', ['-s', '2G', join(folder, 'big')])
  const content = { file: join(folder, 'big'), size: 2 ** 31 }
  const before = process.memoryUsage().rss
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 20)
  const deb = join(folder, 'x_1_all.deb')
  try {
    await writeDeb(
      deb,
      {
        control: { Package: 'x', Version: '1' },
        entries: [{ kind: 'file', path: 'big', content }],
      },
      { epoch: 0 },
    )
  } finally {
    clearInterval(watch)
  }
  expect(most).toBeLessThan(300e6)
  const size = execFileSync('sh', ['-c', `dpkg-deb --fsys-tarfile ${deb} | wc -c`], {
    encoding: 'utf8',
  })
  expect(Number(size)).toBe(2 ** 31 + 4 * 512)
}, 120_000)
