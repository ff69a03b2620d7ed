// @ts-check
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCertificates } from '../../plugins/vhost-dev/dist/certificates/load.js'
import { domain, median } from './site.mjs'

/** An authority and a certificate, written to disk. */
export function measureCertificates() {
  const times = Array.from({ length: 21 }, () => {
    const dir = mkdtempSync(join(tmpdir(), 'vhost-bench-'))
    const at = performance.now()
    loadCertificates({ dir }, domain, [domain, `*.${domain}`], '/')
    const ms = performance.now() - at
    rmSync(dir, { recursive: true })
    return ms
  })
  console.log(
    `certificates ${median(times).toFixed(1)} ms for authority and certificate ` +
      `(median of ${times.length}), the first ${(times[0] ?? 0).toFixed(1)}`,
  )
}
