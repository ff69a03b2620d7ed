import { build, type InlineConfig, type Rolldown } from 'vite'
import { hulkAmd, type HulkAmdOptions } from '../../src/index.ts'
import { inline } from './site.ts'

/** Builds `main.js` of a site with Vite. */
export async function bundle(
  root: string,
  options: HulkAmdOptions = {},
  more: InlineConfig['build'] = {},
): Promise<Rolldown.OutputChunk> {
  const result = (await build(
    inline(root, hulkAmd(options), {
      build: {
        write: false,
        minify: false,
        lib: { entry: 'main.js', formats: ['es'], fileName: 'main' },
        ...more,
      },
    }),
  )) as [Rolldown.RolldownOutput]
  return result[0].output[0]
}

/** Runs an ES module given as text. */
export async function run(code: string): Promise<Record<string, unknown>> {
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  return (await import(/* @vite-ignore */ url)) as Record<string, unknown>
}

/** The error of a plugin in what Vite's build throws. */
export async function pluginError(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    const { errors } = error as { errors?: Record<string, unknown>[] }
    return errors?.[0] ?? (error as Record<string, unknown>)
  }
  throw new Error('expected an error')
}
