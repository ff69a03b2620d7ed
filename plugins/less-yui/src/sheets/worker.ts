import { parentPort } from 'node:worker_threads'
import { compile } from '../lessc/compile.ts'
import { fromLess } from '../error.ts'
import { type Implementation, loadImplementation } from '../lessc/implementation.ts'
import { Remembered } from '../lessc/remembered.ts'
import type { Answer, Question } from './thread.ts'

const remembered = new Remembered()
const loaded = new Map<string, Promise<Implementation>>()

parentPort?.on('message', (question: Question) => void work(question))

async function work(question: Question): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(await answer(question))
}

async function answer({ implementation, job }: Question): Promise<Answer> {
  try {
    const load = loaded.get(implementation) ?? loadImplementation(implementation, '/')
    loaded.set(implementation, load)
    return { compiled: await compile(await load, job, remembered) }
  } catch (cause) {
    const { code, message, place, frame, watch } = fromLess(cause, job.source)
    return { failure: { code, message, place, frame, watch } }
  }
}
