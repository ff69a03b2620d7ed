import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import type { KovuApi } from '@kovu/protocol'
import { runPython } from './support/build.ts'
import { runCommand } from './support/commands.ts'
import { makeProject, type TestProject } from './support/project.ts'

/** Plays the LESS plugin. */
const LESS = {
  name: 'fake-less',
  api: {
    kovu: {
      derives: [
        {
          from: '.less',
          to: '.css',
          pipeline: true,
          publish: 'mentioned',
          preferSource: true,
          render: (source: string) =>
            Promise.resolve({ code: `/* from ${basename(source)} */`, watch: [source] }),
        },
      ],
    } satisfies KovuApi,
  },
}

function run(
  project: TestProject,
  command: string,
  args: string[] = [],
): ReturnType<typeof runCommand> {
  return runCommand(project, command, args, {}, LESS)
}

test('findstatic says who wins and who is shadowed', async () => {
  const project = makeProject({
    files: {
      'media/a.txt': '1',
      'shop/static/a.txt': '2',
      'media/css/a.less': '',
      'media/css/a.css': 'old',
      'media/css/print.less': '',
    },
  })
  expect(await run(project, 'findstatic', ['a.txt', 'css/a.css'])).toEqual({
    code: 0,
    said: [
      'a.txt: media/a.txt (django.contrib.staticfiles.finders.FileSystemFinder)',
      '  shop/static/a.txt is shadowed by it',
      'css/a.css: made from media/css/a.less',
      '  media/css/a.css is shadowed by it',
    ],
  })
  expect(await run(project, 'findstatic', ['b.txt'])).toEqual({
    code: 1,
    said: ['No static file has the name b.txt. Did you mean a.txt?'],
  })
  // What is made has a name, too.
  expect(await run(project, 'findstatic', ['css/prin.css'])).toEqual({
    code: 1,
    said: ['No static file has the name css/prin.css. Did you mean css/print.css?'],
  })
  expect((await run(project, 'findstatic')).code).toBe(2)
})

test('in-place writes beside the source what the old Makefile wrote, and Django finds it', async () => {
  const project = makeProject({
    files: {
      'media/css/site.less': '',
      'media/css/partial.less': '',
      'templates/a.html': "{% load static %}{% static 'css/site.css' %}",
    },
  })
  expect(await run(project, 'in-place', ['css'])).toEqual({
    code: 0,
    said: ['media/css/site.css', '1 file written beside the sources'],
  })
  const found = runPython(
    project.root,
    `import django; django.setup()
from django.contrib.staticfiles import finders; print(finders.find('css/site.css'))`,
  )
  expect(found).toBe(project.path('media/css/site.css'))
  expect(readFileSync(found, 'utf8')).toBe('/* from site.less */')
  expect(existsSync(project.path('media/css/partial.css'))).toBe(false)
  expect(await run(project, 'in-place', ['templates'])).toEqual({
    code: 0,
    said: ['0 files written beside the sources'],
  })
  expect(await run(project, 'in-place', ['everything'])).toEqual({
    code: 2,
    said: ['What is everything? kovu in-place css templates'],
  })
})

test('doctor compares the settings with the front of the configuration', async () => {
  const project = makeProject({ staticUrl: 'https://static.shop.localhost/s/' })
  const front = {
    name: 'front',
    api: {
      kovu: {
        site: () => ({
          domain: 'shop.localhost',
          port: 8443,
          origins: ['https://cdn.shop.localhost:8443', 'https://www.shop.localhost:8443'],
        }),
      },
    },
  }
  const { code, said } = await runCommand(project, 'doctor', [], {}, [front])
  expect(code).toBe(1)
  expect(said).toContain(
    'STATIC_URL https://static.shop.localhost/s/ names the host static.shop.localhost, which the development front does not have. It has https://cdn.shop.localhost:8443, https://www.shop.localhost:8443.',
  )
  expect(said).toContainEqual(
    expect.stringMatching(/^CSRF_TRUSTED_ORIGINS is not what shop\.localhost needs/),
  )
})
