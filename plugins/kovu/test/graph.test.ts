import type { Target } from '@kovu/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { plan } from '../src/graph/plan.ts'
import { run, type RunEvent, type RunHistory } from '../src/graph/run.ts'
import { buildGraph, type Contribution } from '../src/graph/targets.ts'

function contribution(
  name: string,
  more: Partial<Contribution> & Partial<Target> = {},
): Contribution {
  const { before = [], after = [], own = false, ...target } = more
  return {
    name,
    own,
    before,
    after,
    target: { help: `makes ${name}`, run: () => Promise.resolve(), ...target },
  }
}

const site = [
  contribution('css', { deps: ['settings'] }),
  contribution('templates', { deps: ['settings'] }),
  contribution('js', { deps: ['settings', 'templates'] }),
  contribution('static', { deps: ['css', 'templates', 'js'] }),
  contribution('testserver', { persistent: true }),
  contribution('init'),
]

const names = (contributions: readonly Contribution[], goals: readonly string[]): string[] =>
  plan(buildGraph(contributions), goals).map(({ name }) => name)

const quiet = {
  root: '/site',
  mode: 'production',
  force: false,
  log: { info: () => {}, warn: () => {}, error: () => {} },
  signal: new AbortController().signal,
  report: () => {},
  build: () => Promise.resolve(),
}

describe('plan', () => {
  test('puts what a target waits for before it, each once', () => {
    expect(names(site, ['static'])).toEqual(['css', 'templates', 'js', 'static'])
  })

  test('passes over dependencies that no plugin offers', () => {
    expect(names([contribution('css', { deps: ['settings'] })], ['css'])).toEqual(['css'])
  })

  test('runs a target of the project before and after those it names', () => {
    const own = [
      contribution('jsi18n', { own: true, before: ['static'] }),
      contribution('seed', { own: true, after: ['init'] }),
    ]
    expect(names([...site, ...own], ['static'])).toContain('jsi18n')
    expect(names([...site, ...own], ['init'])).toEqual(['init', 'seed'])
    expect(names([...site, ...own], ['seed'])).toEqual(['init', 'seed'])
  })

  test('leaves targets that do not end to the last', () => {
    expect(names(site, ['testserver', 'css'])).toEqual(['css', 'testserver'])
  })

  test('lets a project replace a target that keeps its place', () => {
    const graph = buildGraph([...site, contribution('js', { own: true })])
    expect(graph.get('js')?.deps).toEqual(['templates'])
  })

  test('names the nearest target for a mistyped one', () => {
    expect(() => names(site, ['statik'])).toThrow(
      'There is no target `statik`. Did you mean `static`?',
    )
  })

  test('refuses a target without one that it requires', () => {
    const alone = [contribution('publish', { deps: ['deb'] })]
    expect(() => names(alone, ['publish'])).toThrow(
      '`publish` does not run without a target `test`, and the project has none.',
    )
    expect(names([...alone, contribution('test')], ['publish'])).toEqual(['test', 'publish'])
  })

  test('shows the way round of a cycle', () => {
    const round = [contribution('a', { deps: ['b'] }), contribution('b', { deps: ['a'] })]
    expect(() => names(round, ['a'])).toThrow('These targets wait for each other: a → b → a.')
  })

  test('refuses what waits for a server, which does not end (KOVU_ENDLESS)', () => {
    const own = [contribution('e2e', { own: true, after: ['testserver'] })]
    for (const goal of ['e2e', 'testserver'])
      expect(() => names([...site, ...own], [goal])).toThrow(
        '`e2e` waits for `testserver`, which does not end by itself.',
      )
  })

  test('orders any acyclic graph so that nothing comes before what it waits for', () => {
    const acyclic = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(acyclic, (edges) => {
        const contributions = edges.map((deps, at) =>
          contribution(`t${at}`, { deps: deps.filter((dep) => dep < at).map((dep) => `t${dep}`) }),
        )
        const graph = buildGraph(contributions)
        const order = plan(graph, [...graph.keys()]).map(({ name }) => name)
        expect(new Set(order).size).toBe(contributions.length)
        for (const [name, { deps }] of graph) {
          for (const dep of deps) expect(order.indexOf(dep)).toBeLessThan(order.indexOf(name))
        }
      }),
    )
  })
})

describe('run', () => {
  test('starts independent targets together and a dependent one when they have ended', async () => {
    const events: string[] = []
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let waiting = 0
    const both = async (): Promise<void> => {
      if (++waiting === 2) open()
      await gate
    }
    const graph = buildGraph([
      contribution('css', { run: both }),
      contribution('templates', { run: both }),
      contribution('static', { deps: ['css', 'templates'] }),
    ])
    await run(plan(graph, ['static']), {
      ...quiet,
      report: ({ type, name }: RunEvent) => void events.push(`${type} ${name}`),
    })
    expect(events.slice(0, 2).sort()).toEqual(['start css', 'start templates'])
    expect(events.slice(-2)).toEqual(['start static', 'end static'])
  })

  test('fails with the first error, tells the others, and starts nothing more', async () => {
    const started: string[] = []
    let told = false
    const graph = buildGraph([
      contribution('css', { run: () => Promise.reject(new Error('main.less:3')) }),
      contribution('templates', {
        run: ({ signal }) =>
          new Promise<void>((done) => {
            signal.addEventListener('abort', () => {
              told = true
              done()
            })
          }),
      }),
      contribution('static', { deps: ['css', 'templates'] }),
    ])
    const ended: string[] = []
    const report = ({ type, name }: RunEvent): void => {
      if (type === 'start') started.push(name)
      else ended.push(`${type} ${name}`)
    }
    await expect(run(plan(graph, ['static']), { ...quiet, report })).rejects.toThrow('main.less:3')
    expect(told).toBe(true)
    expect(started.sort()).toEqual(['css', 'templates'])
    // What was told to end has not failed.
    expect(ended).toEqual(['fail css', 'cancel templates'])
  })

  test('passes over what its history finds up to date, and tells it what the others read and wrote', async () => {
    const told: string[] = []
    const history: RunHistory = {
      why: (name) => (name === 'js' ? undefined : 'main.less has changed'),
      last: () => undefined,
      begin: (name) => ({
        input: (what) => void told.push(`${name} read ${what}`),
        output: (path) => void told.push(`${name} wrote ${path}`),
        adopt: () => {},
      }),
      end: (name, _notes, _time, green) => {
        told.push(`${name} was ${green ? 'green' : 'red'}`)
        return undefined
      },
    }
    const graph = buildGraph([
      contribution('js'),
      contribution('css', {
        deps: ['js'],
        run: async ({ input, output }) => {
          input('env:CDN')
          output('/site/main.css')
        },
      }),
      contribution('all', { deps: ['css'], group: true }),
    ])
    const events: string[] = []
    const report = ({ type, name }: RunEvent): void => void events.push(`${type} ${name}`)
    const ran = await run(plan(graph, ['all']), { ...quiet, history, report })
    expect(ran).toEqual(['css'])
    expect(events).toEqual(['skip js', 'start css', 'end css'])
    expect(told).toEqual(['css read env:CDN', 'css wrote /site/main.css', 'css was green'])
  })

  test('does not take for a failure what was told to end', async () => {
    const stop = new AbortController()
    const css = contribution('css', {
      run: ({ signal }) =>
        new Promise((_, fail) => {
          signal.addEventListener('abort', () => fail(new Error('given up')))
          stop.abort()
        }),
    })
    const ended: string[] = []
    const report = ({ type }: RunEvent): void => void ended.push(type)
    const nodes = plan(buildGraph([css]), ['css'])
    await run(nodes, { ...quiet, signal: stop.signal, report })
    expect(ended).toEqual(['start', 'cancel'])
  })
})
