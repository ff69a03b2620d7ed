import type { GraphFormat } from '../../cli/arguments.ts'
import type { History } from '../../graph/history.ts'
import type { Graph } from '../../graph/targets.ts'
import { drawDot } from './dot.ts'
import { drawHtml } from './html.ts'
import { picture } from './node.ts'
import { drawSvg } from './svg.ts'
import { drawTree } from './tree.ts'

/**
 * Draws what goals wait for, with times and freshness.
 *
 * @returns The whole document, or lines for the terminal.
 */
export function draw(
  format: GraphFormat,
  graph: Graph,
  goals: readonly string[],
  history: Pick<History, 'why' | 'memory'>,
): string {
  const pictures = picture(graph, goals, history)
  if (format === 'dot') return drawDot(pictures)
  if (format === 'svg') return drawSvg(pictures)
  if (format === 'html') return drawHtml(pictures)
  return drawTree(pictures, goals)
}
