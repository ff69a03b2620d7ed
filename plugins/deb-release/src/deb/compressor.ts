import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

import { type DeflateOptions, deflateSync } from 'fflate'

import { isDense } from './density.ts'

/** Deflates chunks (RFC 1951). */
export interface Compressor {
  /** How many chunks it compresses at once. */
  readonly width: number
  /** Compresses a chunk by itself; one in shared memory is not copied. */
  deflate(chunk: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

// Not `node:zlib`: its bytes are those of whatever zlib Node was linked with (Debian's is another one than nodejs.org's), and of
// the processor, by which Chromium's zlib chooses its hash function. fflate is the same JavaScript everywhere. Level 2 takes half of
// the time of level 6, and 7 % more space.
const options: DeflateOptions = { level: 2, mem: 6 }

/** What is compressed already is stored. */
const stored: DeflateOptions = { level: 0 }

function optionsFor(chunk: Uint8Array): DeflateOptions {
  return isDense(chunk) ? stored : options
}

/** Below this many bytes a thread costs more than it saves. */
const WORTH_A_THREAD = 4 << 20

/**
 * A compressor for about so many bytes: in this thread, or in as many as the machine has processors for. Its bytes are the same.
 *
 * @param bytes Size of what will be compressed.
 */
export function createCompressor(bytes: number): Compressor {
  const width = Math.min(availableParallelism(), 4)
  return bytes < WORTH_A_THREAD || width < 2 ? inline : threads(width)
}

/** Compresses in the calling thread. */
export const inline: Compressor = {
  width: 0,
  deflate: (chunk) => Promise.resolve(deflateSync(chunk, optionsFor(chunk))),
  close: () => Promise.resolve(),
}

/** Evaluated: a file of its own would have another name in the sources than in what is published. */
const program = `
const { parentPort, workerData } = require('node:worker_threads')
const { deflateSync } = require(workerData.fflate)
parentPort.on('message', ({ chunk, options }) => {
  const deflated = deflateSync(chunk, options)
  parentPort.postMessage(deflated, [deflated.buffer])
})
`

interface Job {
  readonly resolve: (deflated: Uint8Array) => void
  readonly reject: (cause: Error) => void
}

function threads(width: number): Compressor {
  const fflate = createRequire(import.meta.url).resolve('fflate')
  const pool = Array.from({ length: width }, () => {
    const worker = new Worker(program, { eval: true, workerData: { fflate } })
    const jobs: Job[] = []
    worker.on('message', (deflated: Uint8Array) => jobs.shift()?.resolve(deflated))
    worker.on('error', (cause) => {
      for (const job of jobs.splice(0)) job.reject(cause)
    })
    return { worker, jobs }
  })
  return {
    width,
    deflate: (chunk) =>
      new Promise((resolve, reject) => {
        const [first, ...rest] = pool
        if (first === undefined) return reject(new Error('the compressor is closed'))
        const idlest = rest.reduce((a, b) => (b.jobs.length < a.jobs.length ? b : a), first)
        idlest.jobs.push({ resolve, reject })
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        idlest.worker.postMessage({ chunk, options: optionsFor(chunk) })
      }),
    close: async () => {
      await Promise.all(pool.splice(0).map(({ worker }) => worker.terminate()))
    },
  }
}
