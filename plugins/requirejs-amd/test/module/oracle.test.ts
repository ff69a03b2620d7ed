import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { analyze } from '../../src/module/analyze.ts'

const require = createRequire(import.meta.url)

interface RjsParse {
  findDependencies(name: string, code: string): string[]
  getNamedDefine(code: string): string | undefined
}

let parse: RjsParse
beforeAll(async () => {
  const requirejs = require('requirejs') as {
    tools: {
      useLib(
        callback: (lib: (ids: string[], ready: (parse: RjsParse) => void) => void) => void,
      ): void
    }
  }
  parse = await new Promise((done) => {
    requirejs.tools.useLib((lib) => {
      lib(['parse'], done)
    })
  })
})

const folders: Record<string, { dir: string; some: number }> = {
  'lodash-amd': { dir: dirname(require.resolve('lodash-amd/package.json')), some: 600 },
  jQuery: { dir: join(dirname(require.resolve('jquery/package.json')), 'src'), some: 70 },
}

describe('the dependencies that r.js finds are found', () => {
  for (const [name, { dir, some }] of Object.entries(folders)) {
    it(`in ${name}`, () => {
      const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.js'),
      )
      let compared = 0
      for (const file of files) {
        const code = readFileSync(join(dir, file), 'utf8')
        const analysis = analyze(code, { file })
        if (analysis.kind !== 'amd') continue
        const specials = new Set(['require', 'exports', 'module'])
        const ours = analysis.defines
          .flatMap((call) => call.deps ?? call.sugar ?? [])
          .map((dep) => dep.id)
          .filter((id) => !specials.has(id))
        const theirs = parse.findDependencies(file, code).filter((id) => !specials.has(id))
        expect([file, ...new Set(ours)]).toEqual([file, ...new Set(theirs)])
        // One file names a module inside its own factory: for r.js that names the file.
        if (file.endsWith('exports/amd.js')) continue
        expect(analysis.defines.find((call) => call.id !== undefined)?.id).toBe(
          parse.getNamedDefine(code),
        )
        compared++
      }
      expect(compared).toBeGreaterThan(some)
    })
  }
})
