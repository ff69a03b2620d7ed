import type { Target } from '@kovu/protocol'

import { recordVersion } from '../graph/version.ts'
import { discover } from '../discover.ts'
import type { Contribution } from '../graph/targets.ts'
import { ci } from './ci.ts'
import { clean } from './clean.ts'
import { initTarget } from './init.ts'
import { pythonOf } from './python.ts'
import { checkTarget, testTarget } from './tests.ts'

/**
 * The targets that every project has, with or without the preset. Plugins and the project may put their own in their place.
 *
 * @param root The project's folder, absolute.
 * @param python How Python is started.
 * @param cacheDir Vite's folder of caches, once its config is resolved.
 */
export function commonTargets(
  root: string,
  python: readonly string[] = pythonOf(root),
  cacheDir?: string,
): Contribution[] {
  const { manage } = discover(root)
  const test = testTarget(root, manage, python)
  const targets: Record<string, Target> = {
    all,
    clean: clean(recordVersion(), cacheDir),
    init: initTarget(manage, python),
    ci,
    ...(test && { test }),
    ...(manage !== undefined && { check: checkTarget(manage, python) }),
  }
  return Object.entries(targets).map(([name, target]) => ({
    name,
    target,
    own: false,
    before: [],
    after: [],
  }))
}

/** Everything that production needs; what `kovu` runs when no target is named. */
const all: Target = {
  help: 'make settings, css, templates, js and static',
  deps: ['settings', 'css', 'templates', 'js', 'static'],
  group: true,
  run: () => Promise.resolve(),
}
