/** What a build file may ask for besides layers: callbacks, its report, a text instead of a file. */
import { existsSync } from 'node:fs'
import { createLogger, type Logger } from 'vite'
import { describe, expect, test } from 'vitest'
import { requireJs, visit } from './page.ts'
import { Site } from './site.ts'

const quiet = (warnings: string[]): Logger => ({
  ...createLogger('silent'),
  warn: (text) => void warnings.push(text),
})

describe('a build file', () => {
  const files = {
    'js/main.js': "define(['a','text!t.txt'],function(a,t){trace.push(a,t)});",
    'js/a.js': "define(['./b'],function(b){return 'a'+b});",
    'js/b.js': "define(function(){return 'b'});",
    'js/t.txt': 'text',
    'js/alone.js': 'define({});',
  }

  test('is told of each file as r.js tells it', async () => {
    const file = (told: string): string =>
      `({appDir:'www',baseUrl:'js',dir:'www-built',optimize:'none',writeBuildTxt:true,onModuleBundleComplete:function(data){${told}},modules:[{name:'a'},{name:'main',exclude:['a']}]})`
    using site = new Site({
      ...files,
      '/build.js': file("console.log('told '+JSON.stringify(data))"),
    })
    const printed: string[] = []
    const rjs = await site.rjs((text) => void printed.push(text))
    const expected = printed
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('told '))
      .map((line) => JSON.parse(line.slice(5)))
    const seen: unknown[] = []
    // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-type-assertion -- a build file is an expression
    const build = new Function('seen', `return ${file('seen.push(data)')}`)(seen)
    const output = await site.ours({ build })
    expect(expected).toHaveLength(2)
    expect(seen).toEqual(expected)
    expect(output.get('build.txt')).toBe(rjs.get('build.txt'))
  })

  test('may take the text of a single file itself', async () => {
    using site = new Site(files)
    const got: [string, string | undefined][] = []
    const output = await site.ours({
      build: {
        baseUrl: 'www/js',
        name: 'main',
        generateSourceMaps: true,
        out: (text, map) => void got.push([text, map]),
      },
    })
    expect(got).toHaveLength(1)
    const [code, map = '{}'] = got[0] ?? ['']
    expect((JSON.parse(map) as { sources: string[] }).sources).toHaveLength(4)
    expect([...output.values()]).not.toContain(code)
    const page = await visit({ built: code }, [
      { text: requireJs },
      { src: 'built' },
      { text: "require(['main'])" },
    ])
    expect(page.trace).toEqual(['ab', 'text'])
  })

  test('has combined modules left out', async () => {
    using site = new Site({
      ...files,
      '/build.js':
        "({appDir:'www',baseUrl:'js',dir:'www-built',removeCombined:true,modules:[{name:'main'}]})",
    })
    const names = (output: ReadonlyMap<string, string>): string[] =>
      [...output.keys()].filter((name) => name !== 'build.txt').sort()
    const ours = names(await site.ours())
    expect(ours).toEqual(names(await site.rjs()))
    expect(ours).toContain('js/alone.js')
    expect(existsSync(`${site.root}/www/js/a.js`)).toBe(true)
  })

  test('of style sheets makes no script', async () => {
    using site = new Site({
      'css/main.css': 'a{b:c}',
      '/build.js': "({cssIn:'www/css/main.css',out:'www/css/built.css',optimizeCss:'standard'})",
    })
    const warnings: string[] = []
    const output = await site.ours({}, { customLogger: quiet(warnings) })
    expect([...output.keys()]).not.toContain('css/built.css')
    expect(warnings.join('\n')).toMatch(/`cssIn` has no effect: .*less-yui/s)
    expect(warnings.join('\n')).toMatch(/`optimizeCss` has no effect/)
  })

  test('cannot override what makes the whole build', async () => {
    using site = new Site({
      ...files,
      '/build.js':
        "({appDir:'www',baseUrl:'js',dir:'www-built',modules:[{name:'main',override:{dir:'there'}}]})",
    })
    await expect(site.ours()).rejects.toThrow(/`dir` cannot be overridden for one layer \('main'\)/)
  })
})
