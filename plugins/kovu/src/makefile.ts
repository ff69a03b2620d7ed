import type { Graph } from './graph/targets.ts'

/**
 * A Makefile whose targets call `kovu`, so that people and scripts that say `make static` go on as before.
 *
 * @returns The file's text; every target is phony, since Kovu decides itself what is to do.
 */
export function makefile(graph: Graph): string {
  const names = [...graph.keys()]
    .filter((name) => name !== 'all')
    .map(asWord)
    .sort()
  return [
    '# Written by `kovu makefile`. Each target is one of `kovu --list`; KOVU_FLAGS is passed on: make static KOVU_FLAGS=--force',
    'KOVU ?= npx kovu',
    '',
    `.PHONY: all ${names.join(' ')}`,
    '',
    'all:',
    '\t$(KOVU) all $(KOVU_FLAGS)',
    '',
    `${names.join(' ')}:`,
    '\t$(KOVU) $@ $(KOVU_FLAGS)',
    '',
  ].join('\n')
}

/** A name as make takes it for one, whatever is in it: `test:unit` would be two targets. */
function asWord(name: string): string {
  return name.replaceAll('$', '$$$$').replaceAll(/[\s:%#\\]/g, String.raw`\$&`)
}
