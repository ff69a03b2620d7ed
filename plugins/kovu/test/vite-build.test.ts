import type { Target, TargetContext } from '@kovu/protocol'
import { describe, expect, test } from 'vitest'

import { plan } from '../src/graph/plan.ts'
import { run, type RunHistory, type RunOptions } from '../src/graph/run.ts'
import { buildGraph } from '../src/graph/targets.ts'

const built = {
  inputs: new Set(['/site/main.js']),
  outputs: new Set(['/site/out.js']),
  isObliged: false,
}
const last = { inputs: [['/site/none.js']], outputs: [], time: 1, at: 1 } as const

/**
 * A history in which targets have to run.
 *
 * @param isDue Has Vite's build to run, too?
 * @param told Receives what is taken down.
 */
function historyOf(isDue: boolean, told: string[] = []): RunHistory {
  return {
    why: (name) => (isDue || !name.includes('build') ? 'it is asked for' : undefined),
    last: () => (isDue ? undefined : last),
    begin: (key) => {
      const name = key.replace('\0', '')
      return {
        input: (what) => void told.push(`${name} read ${what}`),
        output: (path) => void told.push(`${name} wrote ${path}`),
        adopt: ({ inputs }) => {
          for (const [input] of inputs) told.push(`${name} adopted ${input}`)
        },
      }
    },
    end: () => undefined,
  }
}

/** Runs targets that ask for the build, each after the other. */
async function ask(
  options: Partial<RunOptions>,
  ...targets: readonly ((context: TargetContext) => Promise<unknown>)[]
): Promise<void> {
  const names = targets.map((_, at) => `target ${at}`)
  const graph = buildGraph(
    targets.map((work, at) => {
      const target: Target = { help: '', deps: names.slice(0, at), run: work }
      return { name: `target ${at}`, target, own: false, before: [], after: [] }
    }),
  )
  await run(plan(graph, names), {
    root: '/site',
    mode: 'production',
    force: false,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    signal: new AbortController().signal,
    report: () => {},
    build: () => Promise.resolve(),
    built,
    ...options,
  })
}

const asking = ({ build }: TargetContext): Promise<unknown> => build()

describe("Vite's build", () => {
  test('runs once however many targets ask for it', async () => {
    let builds = 0
    await ask({ build: () => Promise.resolve(void builds++) }, asking, asking)
    expect(builds).toBe(1)
  })

  test('lays what it reads and writes to every target that asks for it', async () => {
    const told: string[] = []
    await ask({ history: historyOf(true, told) }, asking, asking)
    expect(told).toEqual([
      'vite build read /site/main.js',
      'vite build wrote /site/out.js',
      'target 0 read /site/main.js',
      'target 0 wrote /site/out.js',
      'target 1 read /site/main.js',
      'target 1 wrote /site/out.js',
    ])
  })

  test('does not run while the last bundle is up to date, and lays that to those who ask', async () => {
    const told: string[] = []
    const answers: boolean[] = []
    const target = async ({ build }: TargetContext): Promise<void> =>
      void answers.push(await build())
    const build = (): Promise<void> => Promise.reject(new Error('it runs'))
    await ask({ history: historyOf(false, told), build }, target, target)
    expect(answers).toEqual([false, false])
    expect(told).toEqual(['target 0 adopted /site/none.js', 'target 1 adopted /site/none.js'])
  })

  test('runs for a target that cannot use the last bundle, and is then done for all', async () => {
    const answers: boolean[] = []
    let builds = 0
    const target = async ({ build }: TargetContext): Promise<void> =>
      void answers.push(await build(), await build({ force: true }), await build())
    const build = (): Promise<void> => Promise.resolve(void builds++)
    await ask({ history: historyOf(false), build }, target, asking)
    expect(answers).toEqual([false, true, true])
    expect(builds).toBe(1)
  })

  test.each<[string, Partial<RunOptions>]>([
    ['when it is asked for by force', { history: historyOf(false), force: true }],
    [
      'where a plugin acts on what was built',
      { history: historyOf(false), built: { ...built, isObliged: true } },
    ],
    ['where nothing is remembered', {}],
  ])('runs %s', async (_, options) => {
    let isBuilt = false
    const target = async ({ build }: TargetContext): Promise<void> => void (isBuilt = await build())
    await ask(options, target)
    expect(isBuilt).toBe(true)
  })

  test('is not remembered when it fails, and tells what it has read', async () => {
    const told: string[] = []
    const history: RunHistory = {
      ...historyOf(true, told),
      end: (name, _notes, _time, green) => void told.push(`${name.trim()} ${String(green)}`),
    }
    const build = (): Promise<void> => Promise.reject(new Error('main.js:3'))
    await expect(ask({ history, build }, asking)).rejects.toThrow('main.js:3')
    expect(told).toContain('\0vite build false')
    expect(told).toContain('target 0 read /site/main.js')
  })
})
