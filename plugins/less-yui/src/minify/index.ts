import type { Minifier } from '../options.ts'
import { lightning } from './lightning.ts'
import { chain } from './edits.ts'
import { ycssmin } from './ycssmin.ts'
import { yui, yuiMapped } from './yui.ts'

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

/** A minified sheet. ycssmin makes no source map. */
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
      return job.map === undefined ? { code: yui(css), map: undefined } : mapped(job, job.map)
    case 'yui-exact':
      return { code: ycssmin(css, job.file, job.root), map: undefined }
    default:
      return lightning(job)
  }
}

function mapped({ css, file }: MinifyJob, map: string): Minified {
  const made = yuiMapped(css, file)
  return { code: made.code, map: chain(made.map, map) }
}
