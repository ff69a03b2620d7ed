/** Sites with loader plugins, run four ways. */
import { expect } from 'vitest'
import { visit } from '../build/page.ts'
import { Site } from '../build/site.ts'
import { live } from '../semantics/ways.ts'

/** A build file with one layer, `main`. */
export const build = "({baseUrl:'www/js',dir:'www-built',modules:[{name:'main'}],optimize:'none'})"
/** A page of it. */
export const tags = [{ src: 'js/lib/require.js', main: '/js/main' }]

/** The trace of a page whose `data-main` is `js/main`: unbuilt (and, the same, in development), after r.js, and after our build. */
export async function traces(
  files: Record<string, string>,
  rjs = true,
): Promise<{ unbuilt: unknown; theirs: unknown; own: unknown; loaded: readonly string[] }> {
  using site = new Site({ '/build.js': build, ...files })
  const own = await visit(await site.ours(), tags)
  expect(own.errors).toEqual([])
  const theirs = rjs
    ? await visit(await site.rjs(), [{ src: 'lib/require.js', main: '/main' }])
    : own
  const unbuilt = await visit(site.sources(), tags)
  const development = await live(site, tags)
  expect(development.errors).toEqual([])
  expect(development.trace).toEqual(unbuilt.trace)
  return {
    unbuilt: unbuilt.trace,
    theirs: theirs.trace,
    own: own.trace,
    loaded: own.loaded,
  }
}
