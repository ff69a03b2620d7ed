/** Follows a loader that replaces modules itself: it has given a template's object another content. Development only. */
import { announce } from './keep.ts'
import { contextsOf, forgetPartials, reloadUnless, templateOf } from './watch.ts'

/** What the loader says. */
type Replaced = CustomEvent<{ readonly ids: readonly string[] }>

addEventListener('requirejs-amd:update', (event) => {
  const { ids } = (event as Replaced).detail
  const values = contextsOf().flatMap(({ defined }) =>
    ids.filter((id) => Object.hasOwn(defined, id)).map((id) => [id, defined[id]] as const),
  )
  const templates = values.flatMap(([id, value]) => {
    const live = templateOf(value)
    return live ? [[id, live] as const] : []
  })
  // Templates are drawn again here, so the loader need not load the page again; for the value of anything else it may have to.
  if (templates.length > 0 && templates.length === values.length) event.preventDefault()
  for (const [id, live] of templates) {
    forgetPartials()
    reloadUnless(announce(id, live), live)
  }
})
