import type { DjangoStaticOptions } from '@kovu/django-static'
import type { HulkAmdOptions } from '@kovu/hulk-amd'
import type { LessYuiOptions } from '@kovu/less-yui'
import type { RequirejsAmdOptions } from '@kovu/requirejs-amd'
import type { VhostDevOptions } from '@kovu/vhost-dev'

/** Options of the whole suite. Every key but `targets` belongs to one plugin; `false` leaves that plugin out. */
export interface KovuOptions {
  /** Options of `@kovu/django-static`. @default found by `manage.py` in the root; left out when there is none */
  readonly django?: DjangoStaticOptions | false
  /** Options of `@kovu/less-yui`. @default {} */
  readonly less?: LessYuiOptions | false
  /** Options of `@kovu/hulk-amd`. @default { format: 'amd' } */
  readonly hulk?: HulkAmdOptions | false
  /** Options of `@kovu/requirejs-amd`. @default the r.js build file in the root (`build.js`, `app.build.js`, …), if there is one */
  readonly requirejs?: RequirejsAmdOptions | false
  /** Options of `@kovu/vhost-dev`. @default left out */
  readonly vhosts?: VhostDevOptions | false
  /** Targets of the project's own, by name. @default {} */
  readonly targets?: Readonly<Record<string, OwnTarget>>
}

/** A target of the project's own. */
export interface OwnTarget {
  /** One line for `kovu --list`. @default the command */
  readonly help?: string
  /** A shell command, run in the root with the project's virtual environment first on PATH; or a function. */
  readonly run: string | (() => void | Promise<void>)
  /** Targets that need this one: it runs before them. */
  readonly before?: string | readonly string[]
  /** Targets that this one follows: whenever they run, it runs after them. */
  readonly after?: string | readonly string[]
}
