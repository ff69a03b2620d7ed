/** Follows a loader that replaces modules itself: it has given a template's object another content. Development only. */
import { announce } from './keep.ts'
import { contextsOf, forgetPartials, reloadUnless, templateOf } from './watch.ts'

/** What the loader says. */
type Replaced = CustomEvent<{ readonly ids: readonly string[] }>

addEventListener('requirejs-amd:update', (event) => {
  for (const context of contextsOf()) {
    for (const id of (event as Replaced).detail.ids) {
      const live = templateOf(context.defined[id])
      if (!live) continue
      forgetPartials()
      reloadUnless(announce(id, live), live)
    }
  }
})
