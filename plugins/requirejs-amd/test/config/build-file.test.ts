import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBuildFile } from '../../src/config/build-file.ts'
import { isBuildKey, notesOn } from '../../src/config/notes.ts'
import { isHonoured, isRuntimeKey } from '../../src/config/rjs.ts'

let root: string
const write = (name: string, text: string): string => {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'build-file-')))
  write(
    'js/config.js',
    "require.config({ baseUrl: '/static/js', paths: { a: 'lib/a', b: 'lib/b' }, shim: { a: { exports: 'A' } } })",
  )
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('a build file', () => {
  it('with modules is read as r.js reads it', async () => {
    write(
      'build.js',
      `// comment
({
  appDir: 'www', baseUrl: 'js', dir: 'out',
  mainConfigFile: 'js/config.js',
  paths: { b: 'empty:' },
  optimize: 'none',
  modules: [{ name: 'common', include: 'extra' }, { name: 'page', exclude: ['common'], override: { optimize: 'uglify' } }]
});
`,
    )
    const build = await readBuildFile('build.js', { root })
    expect(build).toMatchObject({
      file: join(root, 'build.js'),
      appDir: join(root, 'www'),
      baseUrl: join(root, 'www/js'),
      dir: join(root, 'out'),
      out: undefined,
      optimize: 'none',
      inlineText: true,
      config: { paths: { a: 'lib/a', b: 'empty:' }, shim: { a: { exports: 'A' } } },
      mainConfigFiles: [join(root, 'js/config.js')],
      notes: [],
      watch: [join(root, 'build.js'), join(root, 'js/config.js')],
    })
    expect(build.modules).toMatchObject([
      { name: 'common', include: ['extra'], create: false },
      {
        name: 'page',
        exclude: ['common'],
        own: { optimize: 'uglify', baseUrl: join(root, 'www/js') },
      },
    ])
    expect(build.config).not.toHaveProperty('appDir')
    expect(build.config).not.toHaveProperty('baseUrl')
  })

  it('with one output has one module', async () => {
    write('wrap/start.txt', '/* start */')
    const build = await readBuildFile(
      {
        baseUrl: 'js',
        name: 'almond',
        include: ['main'],
        out: 'dist/all.js',
        wrap: { startFile: 'wrap/start.txt', end: '//end' },
      },
      { root },
    )
    expect(build).toMatchObject({
      file: undefined,
      out: join(root, 'dist/all.js'),
      baseUrl: join(root, 'js'),
      modules: [{ name: 'almond', include: ['main'] }],
      wrap: { start: '/* start */\n', end: '//end\n' },
      watch: [join(root, 'wrap/start.txt')],
    })
    expect(
      (await readBuildFile({ include: ['a'], out: 'x.js', wrap: true }, { root })).modules[0]?.name,
    ).toBeUndefined()
  })

  it('may be a CommonJS file, a function call, or end in a comment', async () => {
    const same = { out: join(root, 'x.js') }
    write('a.js', "module.exports = { name: 'a', out: 'x.js' }")
    write('b.js', "(function () { var out = 'x.js'; return { name: 'a', out: out } })()")
    write('c.js', "{ name: 'a', out: 'x.js' }\n//# sourceMappingURL=c.js.map\n")
    write('d.js', "var out = 'x.js';\n({ name: 'a', out: out })")
    for (const name of ['a.js', 'b.js', 'c.js', 'd.js']) {
      expect(await readBuildFile(name, { root })).toMatchObject(same)
    }
  })

  it('has its functions at hand', async () => {
    write(
      'hooks.js',
      "({ name: 'a', out: 'x.js', onBuildRead: function (id, path, text) { return id + text }, shim: { q: { init: function () { return 1 } } } })",
    )
    const build = await readBuildFile('hooks.js', { root })
    expect(build.sources.onBuildRead?.('m', '/p', 'text')).toBe('mtext')
    expect(build.config.shim).toEqual({ q: { init: 'function () { return 1 }' } })
  })

  it('takes baseUrl from the main configuration, relative to its folder, or that folder', async () => {
    write('scripts/own.js', "require.config({ baseUrl: './app' })")
    write('scripts/none.js', 'require.config({ paths: {} })')
    const at = async (mainConfigFile: string): Promise<string> =>
      (await readBuildFile({ mainConfigFile, name: 'a', out: 'x.js' }, { root })).baseUrl
    expect(await at('scripts/own.js')).toBe(join(root, 'scripts/app'))
    expect(await at('scripts/none.js')).toBe(join(root, 'scripts'))
  })

  it('reads sources instead of stale copies', async () => {
    write('collected/js/config.js', "require.config({ paths: { stale: '1' } })")
    const build = await readBuildFile(
      {
        appDir: 'collected',
        baseUrl: 'js',
        dir: 'out',
        mainConfigFile: 'collected/js/config.js',
        modules: [],
      },
      {
        root,
        locate: (path) =>
          path.endsWith('collected/js/config.js') ? join(root, 'js/config.js') : undefined,
      },
    )
    expect(build.config.paths).toEqual({ a: 'lib/a', b: 'lib/b' })
  })

  it('names every key that has no effect', async () => {
    const build = await readBuildFile(
      {
        name: 'a',
        out: 'x.js',
        cssPrefix: '/x',
        useSourceUrl: true,
        rawText: {},
        logLevel: 0,
        optimizeCss: 'none',
        uglify: { mangle: false, compress: { unsafe: true } },
      },
      { root },
    )
    expect(build.notes.map(({ key }) => key)).toEqual([
      'cssPrefix',
      'useSourceUrl',
      'uglify.compress.unsafe',
    ])
  })

  it('that cannot be run is an error with its place', async () => {
    write('broken.js', "({\n  name: 'a',\n  out: missing.thing\n})")
    write('syntax.js', "({\n  name: 'a'\n  out: 1\n})")
    for (const [name, line] of [
      ['broken.js', 3],
      ['syntax.js', 3],
    ] as const) {
      const error = await readBuildFile(name, { root }).catch((problem: unknown) => problem)
      const { place } = error as { place: { text: string; offset: number } }
      expect(error).toMatchObject({ code: 'REQUIREJS_AMD_BUILD_FILE' })
      expect([name, place.text.slice(0, place.offset).split('\n').length]).toEqual([name, line])
    }
    write('evil.js', '({ name: process.env.HOME, out: 1 })')
    await expect(readBuildFile('evil.js', { root })).rejects.toThrow(/process is not defined/)
  })

  it('that makes no sense is refused', async () => {
    await expect(readBuildFile({ name: 'a' }, { root })).rejects.toThrow(/neither `out` nor `dir`/)
    await expect(readBuildFile({ modules: [], out: 'x', dir: 'y' }, { root })).rejects.toThrow(
      /exclude each other/,
    )
    await expect(readBuildFile('nowhere.js', { root })).rejects.toThrow(/cannot be read/)
    await expect(readBuildFile({ mainConfigFile: 'no.js', out: 'x' }, { root })).rejects.toThrow(
      /does not exist/,
    )
  })
})

describe('every key of r.js', () => {
  const known =
    'appDir baseUrl mainConfigFile paths map packages dir keepBuildDir shim wrapShim locale optimize skipDirOptimize generateSourceMaps normalizeDirDefines uglify uglify2 closure optimizeCss cssImportIgnore cssIn out cssPrefix inlineText useStrict pragmas pragmasOnSave has hasOnSave namespace skipPragmas skipModuleInsertion stubModules optimizeAllPluginResources findNestedDependencies removeCombined modules insertRequire name include exclude excludeShallow create deps wrap fileExclusionRegExp preserveLicenseComments logLevel throwWhen onBuildRead onBuildWrite onModuleBundleComplete rawText cjsTranslate useSourceUrl waitSeconds skipSemiColonInsertion keepAmdefine allowSourceOverwrites bundlesConfigOutFile writeBuildTxt'.split(
      ' ',
    )
  const harmless = new Set(
    'keepBuildDir skipDirOptimize normalizeDirDefines logLevel throwWhen skipSemiColonInsertion allowSourceOverwrites'.split(
      ' ',
    ),
  )

  it.each(known)('is honoured, or reported with a reason: %s', (key) => {
    const notes = notesOn({ [key]: 'something' })
    const ways = [
      isHonoured(key),
      isRuntimeKey(key) && key !== 'baseUrl',
      harmless.has(key),
      notes.length > 0,
    ]
    expect(ways.filter(Boolean)).toHaveLength(1)
    expect(isBuildKey(key)).toBe(!isRuntimeKey(key))
    for (const { reason, instead } of notes) expect([reason, instead]).not.toContain('')
  })
})
