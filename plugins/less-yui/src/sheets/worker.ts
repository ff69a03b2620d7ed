import { compile } from '../lessc/compile.ts'
import { fromLess } from '../error.ts'
import { type Implementation, loadImplementation } from '../lessc/implementation.ts'
import { Remembered } from '../lessc/remembered.ts'
import type { Answer, Question } from './process.ts'

const remembered = new Remembered()
const loaded = new Map<string, Promise<Implementation>>()

process.on('message', (question: Question) => void work(question))
// Whoever has asked is gone: nobody wants what may be under way.
process.on('disconnect', () => process.exit())

async function work(question: Question): Promise<void> {
  process.send?.(await answer(question))
  // Now that all of it is dead, what less has made of the sheet costs nothing to collect.
  setImmediate(() => globalThis.gc?.({ type: 'minor' }))
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
