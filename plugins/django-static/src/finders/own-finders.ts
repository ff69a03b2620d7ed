import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { debuglog } from 'node:util'
import type { Interpreter } from '../django/interpreter.ts'

const debug = debuglog('kovu:django-static')
/** A finder that has not answered by then hangs. Django itself starts in less. */
const PATIENCE_MS = 30_000

/** What finders of the project's own found: files by the finder's place in STATICFILES_FINDERS. */
export type OwnFound = ReadonlyMap<number, readonly string[]>

interface Question {
  readonly text: string
  readonly settle: (answer: Answer | Error) => void
}

interface Answer {
  readonly found: Readonly<Record<string, readonly string[]>>
  readonly errors: readonly string[]
}

/**
 * Asks finders of the project's own, whose rules only Python knows, through one Python process that is started at the first
 * question and lives until {@link OwnFinders.close}.
 */
export class OwnFinders {
  readonly #python: Interpreter
  readonly #env: NodeJS.ProcessEnv
  readonly #patienceMs: number
  readonly #told = new Set<string>()
  readonly #questions: Question[] = []
  #child: ChildProcess | undefined

  /**
   * @param python How to start the project's Python.
   * @param env The caller's environment.
   * @param patienceMs How long a question may wait for its answer, in milliseconds.
   */
  constructor(python: Interpreter, env: NodeJS.ProcessEnv, patienceMs: number = PATIENCE_MS) {
    this.#python = python
    this.#env = env
    this.#patienceMs = patienceMs
  }

  /**
   * What the finders find now.
   *
   * @param publicName A public name.
   * @param every All files of that name, not the first alone.
   * @param warn Told of what goes wrong, each thing once.
   * @returns Undefined when they cannot be asked: what was known of them stands.
   */
  async find(
    publicName: string,
    every: boolean,
    warn: (message: string) => void,
  ): Promise<OwnFound | undefined> {
    const say = (message: string): void => {
      if (this.#told.has(message)) return
      this.#told.add(message)
      warn(message)
    }
    try {
      const { found, errors } = await this.#ask(JSON.stringify({ name: publicName, all: every }))
      for (const error of errors) say(`${error} (it was asked for ${publicName})`)
      return new Map(Object.entries(found).map(([index, files]) => [Number(index), files]))
    } catch (error) {
      say((error as Error).message)
      return undefined
    }
  }

  /** Ends the process. The next question starts another one: with finders that have changed, for example. */
  close(): void {
    this.#end('the process was ended')
  }

  #end(why: string): void {
    const child = this.#child
    this.#child = undefined
    // It has nothing to lose, and what hangs may not hear a polite word.
    child?.kill('SIGKILL')
    this.#giveUp(why)
  }

  async #ask(text: string): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Answer>((done, failed) => {
        const child = (this.#child ??= this.#start())
        timer = setTimeout(() => {
          this.#end(`nothing was answered in ${this.#patienceMs / 1000} seconds`)
        }, this.#patienceMs)
        const settle = (answer: Answer | Error): void =>
          answer instanceof Error ? failed(answer) : done(answer)
        this.#questions.push({ text, settle })
        child.stdin?.write(`${text}\n`)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  #start(): ChildProcess {
    const script = readFileSync(new URL('../../python/find.py', import.meta.url), 'utf8')
    const { argv, cwd, env, settings } = this.#python
    const [command, ...rest] = argv
    debug('asking finders of the project’s own through %s', command)
    const child = spawn(command, [...rest, '-c', script], {
      cwd,
      env: {
        ...this.#env,
        ...env,
        DJANGO_SETTINGS_MODULE: settings,
        PYTHONIOENCODING: 'utf-8',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const said: Buffer[] = []
    child.stderr.on('data', (data: Buffer) => said.splice(0, Math.max(0, said.length - 20), data))
    // Writing to a process that has just ended: `close` tells.
    child.stdin.on('error', () => {})
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#questions.shift()?.settle(JSON.parse(line) as Answer)
    })
    const ended = (why: string): void => {
      if (this.#child !== child) return
      this.#child = undefined
      const last = Buffer.concat(said).toString('utf8').trim().split('\n').slice(-3).join('\n')
      this.#giveUp(last === '' ? why : `${why}, saying:\n${last}`)
    }
    child.on('error', (error) => ended(error.message))
    child.on('close', (code) => ended(`it ended with code ${String(code)}`))
    // It must not keep Node from ending.
    child.unref()
    for (const stream of child.stdio) (stream as Socket | null)?.unref()
    return child
  }

  #giveUp(why: string): void {
    const { argv } = this.#python
    const error = new Error(
      `${argv.join(' ')} did not answer for the finders of this project’s own: ${why}`,
    )
    for (const { settle } of this.#questions.splice(0)) settle(error)
  }
}
