import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Path of the program that visits a server. */
export const visitor: string = fileURLToPath(new URL('visitor.mjs', import.meta.url))

/** What a visit gives. */
export interface Visit {
  readonly status: number
  readonly text: string
}

/** What visitors saw while something happened. */
export interface Load {
  readonly requests: number
  readonly failures: readonly string[]
  /** Builds whose pages they got. */
  readonly builds: readonly string[]
}

/** The JSON that a visitor prints. */
export function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (data: Buffer) => (text += data.toString()))
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(text))
      else resolve({ status: 0, text: `the visitor ended with ${code}` })
    })
  })
}
