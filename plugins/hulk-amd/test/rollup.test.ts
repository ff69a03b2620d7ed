import path from 'node:path'
import { rollup } from 'rollup'
import { expect, test } from 'vitest'
import { hulkAmd } from '../src/index.ts'
import { run } from './support/bundle.ts'
import { site } from './support/site.ts'

test('plain Rollup bundles templates with their partials', async () => {
  const root = site({
    'main.js':
      "import t from './page.template.mustache'\nimport raw from './row.template.mustache?raw'\nimport render from './row.template.mustache?hogan-render'\nimport derived from './row.template.js'\nexport const text = t.render({ a: 1 }) + raw\nexport const same = render.template === derived",
    'page.template.mustache': 'page {{>row}}',
    'row.template.mustache': 'row {{a}} ',
  })
  const bundle = await rollup({
    input: path.join(root, 'main.js'),
    // Plugins of Vite are plugins of Rollup but for the hooks that Rollup does not call.
    plugins: hulkAmd() as never,
    onwarn(warning) {
      throw new Error(warning.message)
    },
  })
  const { output } = await bundle.generate({ format: 'es', sourcemap: true })
  await bundle.close()
  expect(await run(output[0].code)).toMatchObject({ text: 'page row 1row {{a}} ', same: true })
  expect(output[0].map?.sources.join()).toContain('row.template.mustache')
})
