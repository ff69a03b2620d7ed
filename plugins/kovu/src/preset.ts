import { debRelease } from '@kovu/deb-release'
import { djangoStatic } from '@kovu/django-static'
import { hulkAmd } from '@kovu/hulk-amd'
import { lessYui } from '@kovu/less-yui'
import { m4Settings } from '@kovu/m4-settings'
import { requirejsAmd } from '@kovu/requirejs-amd'
import { vhostDev } from '@kovu/vhost-dev'
import { vmServices } from '@kovu/vm-services'
import type { PluginOption } from 'vite'

import { discover } from './discover.ts'
import { checkOptions, type KovuOptions } from './options.ts'
import { roofPlugin } from './roof.ts'

/**
 * The whole suite as one plugin call: every plugin that the project has work for, and the graph over them.
 *
 * @param options See {@link KovuOptions}; with none, what the working directory holds decides.
 * @returns Plugins for Vite's `plugins`.
 * @throws KovuError `KOVU_OPTION` for an option that does not exist.
 */
export function kovu(options: KovuOptions = {}): PluginOption[] {
  checkOptions(options)
  const found = discover(process.cwd())
  const { m4, django, requirejs } = {
    m4: options.m4 ?? (found.m4 ? {} : false),
    django: options.django ?? (found.manage === undefined ? false : { manage: found.manage }),
    requirejs: options.requirejs ?? (found.build === undefined ? false : { build: found.build }),
  }
  return [
    roofPlugin(options, found),
    // First of all: the others ask Django, and Django reads the settings.
    m4 !== false && m4Settings(m4),
    options.vm !== undefined && options.vm !== false && vmServices(options.vm),
    options.less !== false && lessYui(options.less),
    options.hulk !== false && hulkAmd({ format: 'amd', ...options.hulk }),
    requirejs !== false && requirejsAmd(requirejs),
    django !== false && djangoStatic(django),
    options.vhosts !== undefined && options.vhosts !== false && vhostDev(options.vhosts),
    options.deb !== undefined && options.deb !== false && debRelease(options.deb),
  ]
}
