/**
 * `less!path` and `css!path`: a style sheet. Where another plugin makes the sheet from its source, or where the page has no plugin
 * of its own for it, a `<link>` does all that is needed.
 */
import { quote } from '../module/registry.ts'
import type { PluginSurroundings } from './index.ts'

/**
 * A module that puts a style sheet into the page. Its factory does not wait for the sheet, as the plugins' do not in browsers that
 * cannot tell; scripts that measure what they show should wait for the page's `load`.
 *
 * @param suffix `.less` or `.css`.
 * @param resource The part behind the `!`, with the suffix or without.
 * @returns Undefined when the page's own plugin is needed.
 */
export function styleSheet(
  suffix: '.css' | '.less',
  resource: string,
  { derives, installed, has }: PluginSurroundings,
): string | undefined {
  const path = resource.replace(/!.*$/, '')
  const stem = path.endsWith(suffix) ? path.slice(0, -suffix.length) : path
  const sheet = `${stem}.css`
  const compiled = derives.some(({ from, to }) => from === '.less' && to === '.css')
  if (/^(?:\w+:)?\/\//.test(path) || !has(sheet)) return undefined
  if (suffix === '.less' ? !compiled : installed) return undefined
  return `define(['require'], function (require) {
  var link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = require.toUrl(${quote(sheet)});
  document.getElementsByTagName('head')[0].appendChild(link);
});
`
}
