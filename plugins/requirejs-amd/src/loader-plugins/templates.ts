/**
 * `hgn!path`, `mustache!path` and their like: a template, compiled by whichever plugin makes `.js` files from such sources. The value is
 * what requirejs-hogan-plugin gives: a function that renders, with the template and its text.
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
  const { templateExtension, extension = templateExtension ?? '.mustache' } = (config[name] ??
    {}) as { templateExtension?: unknown; extension?: unknown }
  const suffix = typeof extension === 'string' ? extension : '.mustache'
  const path = resource.replace(/!.*$/, '')
  const source = path.endsWith(suffix) ? path : path + (suffix.startsWith('.') ? '' : '.') + suffix
  for (const { from, to } of derives) {
    if (!to.endsWith('.js') || !source.endsWith(from)) continue
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
