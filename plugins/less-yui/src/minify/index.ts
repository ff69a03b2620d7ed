import { createRequire } from 'node:module'
import path from 'node:path'
import { codeFrame, LessYuiError } from '../error.ts'
import type { Minifier } from '../options.ts'
import { takeHacks } from './hacks.ts'
import { yui } from './yui.ts'

/** How to minify one sheet. */
export interface MinifyJob {
  readonly css: string
  /** A source map (JSON) of `css`, to be carried on. */
  readonly map?: string | undefined
  /** Absolute path the sheet is known by, for errors and the map. */
  readonly file: string
  readonly minifier: Minifier
  readonly legacyHacks: 'keep' | 'strip'
  /** The folder to resolve `ycssmin` from. */
  readonly root: string
}

/** A minified sheet. Only lightningcss can carry a source map on. */
export interface Minified {
  readonly code: string
  readonly map: string | undefined
}

/**
 * Minifies one sheet.
 *
 * @throws {@link LessYuiError} `LESS_YUI_MINIFY` with the place in the compiled CSS.
 */
export async function minify(job: MinifyJob): Promise<Minified> {
  const { css, minifier } = job
  switch (minifier) {
    case false:
      return { code: css, map: job.map }
    case 'yui':
      return { code: yui(css), map: undefined }
    case 'yui-exact':
      return { code: loadYcssmin(job.root)(css), map: undefined }
    default:
      return lightning(job)
  }
}

async function lightning({ css, map, file, legacyHacks }: MinifyJob): Promise<Minified> {
  const { transform } = await import('lightningcss')
  const unhacked = takeHacks(css, legacyHacks)
  try {
    const result = transform({
      filename: file,
      code: Buffer.from(unhacked.css),
      minify: true,
      ...(map !== undefined && { sourceMap: true, inputSourceMap: map }),
    })
    return {
      code: unhacked.restore(Buffer.from(result.code).toString()),
      map: result.map ? Buffer.from(result.map).toString() : undefined,
    }
  } catch (cause) {
    const { message, loc } = cause as { message: string; loc?: { line: number; column: number } }
    const place = loc && { file, line: loc.line, column: Math.max(0, loc.column - 1) }
    throw new LessYuiError(
      'LESS_YUI_MINIFY',
      `lightningcss does not understand the compiled sheet: ${message}. Correct it, or set \`minify: 'yui'\`, which leaves alone what it does not know.`,
      { place, frame: place && codeFrame(unhacked.css, place), cause },
    )
  }
}

/** The library that `lessc --yui-compress` called: an optional peer, else the one beside us. */
function loadYcssmin(root: string): (css: string) => string {
  for (const from of [path.join(root, 'package.json'), import.meta.url]) {
    try {
      const ycssmin = createRequire(from)('ycssmin') as { cssmin(css: string): string }
      return (css) => ycssmin.cssmin(css)
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'MODULE_NOT_FOUND') throw cause
    }
  }
  throw new LessYuiError(
    'LESS_YUI_OPTION',
    "less-yui: `minify: 'yui-exact'` needs the package that lessc used. Install it: npm install -D ycssmin@1.0.1",
  )
}
