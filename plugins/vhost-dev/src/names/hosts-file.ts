/** A block for the hosts file. */
export interface HostsBlock {
  readonly text: string
  /** What the block cannot do. */
  readonly notes: readonly string[]
}

/**
 * The lines that make a domain's hosts known to this machine, between marks.
 *
 * @param patterns Full names; a `*` cannot stand in a hosts file.
 */
export function hostsBlock(domain: string, patterns: readonly string[]): HostsBlock {
  const names = patterns.filter((pattern) => !pattern.startsWith('*'))
  const wildcards = patterns.filter((pattern) => pattern.startsWith('*'))
  const rows = names.flatMap((name) => [`127.0.0.1 ${name}`, `::1 ${name}`])
  const notes: string[] = []
  if (wildcards.length > 0) {
    notes.push(
      `A hosts file has no wildcards: add a line for each name you use of ${wildcards.join(', ')}.`,
    )
  }
  if (domain.endsWith('.localhost')) {
    notes.push(
      'Chromium, Firefox and Edge resolve .localhost by themselves; Safari and most tools need the block.',
    )
  }
  if (domain.endsWith('.local')) {
    notes.push(
      '.local belongs to multicast DNS: look-ups may take seconds. Prefer .localhost or .test.',
    )
  }
  return { text: [`# kovu ${domain} begin`, ...rows, `# kovu ${domain} end`].join('\n'), notes }
}
