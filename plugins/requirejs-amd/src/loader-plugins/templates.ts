/**
 * `hgn!path`, `mustache!path` and their like: a template, compiled by whichever plugin makes `.js` files from such sources. The value is
 * what requirejs-hogan-plugin gives: a function that renders, with the template and its text. `tpl!path` means many things: where the
 * site has a `tpl` module, that knows; elsewhere it is a template of whatever kind some plugin compiles.
 */
import { quote } from '../module/registry.ts'
import type { PluginSurroundings } from './index.ts'

/**
 * A module that gives a compiled template.
 *
 * @param name The loader plugin, under which its configuration stands.
 * @param resource The part behind the `!`.
 * @returns Undefined when nobody compiles such a source.
 */
export function templateModule(
  name: string,
  resource: string,
  { config, derives, has }: PluginSurroundings,
): string | undefined {
  const { templateExtension, extension = templateExtension } = (config[name] ?? {}) as {
    templateExtension?: unknown
    extension?: unknown
  }
  const scripts = derives.filter(({ to }) => to.endsWith('.js'))
  const path = resource.replace(/!.*$/, '')
  const suffixes =
    typeof extension === 'string'
      ? [extension]
      : name === 'tpl'
        ? ['', ...scripts.map(({ from }) => from)]
        : ['.mustache']
  const sources = suffixes.map((suffix) =>
    path.endsWith(suffix) ? path : path + (suffix.startsWith('.') ? '' : '.') + suffix,
  )
  for (const { from, to } of scripts) {
    const source = sources.find((candidate) => candidate.endsWith(from))
    if (source === undefined) continue
    const made = source.slice(0, -from.length) + to
    if (!has(made)) continue
    return `define([${quote(made.slice(0, -'.js'.length))}], function (template) {
  function render() { return template.render.apply(template, arguments); }
  render.template = template;
  render.text = template.text;
  return render;
});
`
  }
  return undefined
}
