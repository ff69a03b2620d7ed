import { type Anchor, parsePattern, type Tree } from './parse.ts'

export { PatternError } from './parse.ts'

/** Where a match and its groups begin and end; -1 for a group that took no part. The 0th is the whole match. */
export interface Match {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** A state of the automaton. Those without `set` and `back` consume nothing. */
interface Node {
  /** Where it goes on, the preferred first. Empty for the final node. */
  to: readonly number[]
  readonly set?: readonly boolean[]
  readonly holds?: Anchor
  readonly back?: number
  readonly open?: number
  readonly close?: number
  readonly optional?: boolean
}

/** The registers while a path through the automaton is walked. */
interface Walk {
  node: number
  at: number
  starts: number[]
  ends: number[]
  /** The registers at the last group that was not empty. */
  kept: { starts: number[]; ends: number[] }
  /** Nodes passed since the last character. */
  passed: Set<number>
}

/**
 * A regular expression of GNU m4: the leftmost of the longest matches, the groups as the GNU C library reports them.
 * Without back references, time is linear in the text for each place tried.
 */
export class Pattern {
  readonly groups: number
  readonly #nodes: Node[] = []
  readonly #first: number
  readonly #backs: boolean
  readonly #step: (steps: number) => void

  /**
   * @param pattern The source.
   * @param step Told how much work is being done; throws to give up.
   * @throws {@link PatternError}
   */
  constructor(pattern: string, step: (steps: number) => void) {
    const { tree, groups, backs } = parsePattern(pattern)
    this.groups = groups
    this.#backs = backs
    this.#step = step
    this.#first = this.#compile(tree, this.#add({ to: [] }))
  }

  /** The first match that begins at an offset or behind it. */
  search(text: string, offset: number): Match | undefined {
    for (let start = offset; start <= text.length; start++) {
      const match = this.#backs ? this.#backtrack(text, start) : this.#match(text, start)
      if (match) return match
    }
    return undefined
  }

  #add(node: Node): number {
    if (this.#nodes.length > 20_000) this.#step(Infinity)
    return this.#nodes.push(node) - 1
  }

  /** Makes the nodes of a tree that go on at `next`, and returns the first of them. */
  #compile(tree: Tree, next: number): number {
    switch (tree.op) {
      case 'set':
        return this.#add({ to: [next], set: tree.set })
      case 'anchor':
        return this.#add({ to: [next], holds: tree.holds })
      case 'back':
        return this.#add({ to: [next], back: tree.index })
      case 'group': {
        const { index, optional } = tree
        const body = this.#compile(tree.body, this.#add({ to: [next], close: index, optional }))
        return this.#add({ to: [body], open: index })
      }
      case 'sequence':
        return tree.items.reduceRight((then, item) => this.#compile(item, then), next)
      case 'either':
        return this.#add({ to: tree.choices.map((choice) => this.#compile(choice, next)) })
      default: {
        const star = this.#add({ to: [] })
        this.#at(star).to = [this.#compile(tree.body, star), next]
        return star
      }
    }
  }

  #at(index: number): Node {
    return this.#nodes[index] as Node
  }

  #holds(node: Node, text: string, at: number): boolean {
    if (!node.holds) return true
    const code = (index: number): number | undefined =>
      index < 0 || index >= text.length ? undefined : text.charCodeAt(index)
    return node.holds(code(at - 1), code(at))
  }

  /** All nodes that can be reached without a character. */
  #closure(from: Iterable<number>, text: string, at: number): Set<number> {
    const found = new Set<number>()
    const open = [...from]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (found.has(index)) continue
      const node = this.#at(index)
      if (!this.#holds(node, text, at)) continue
      found.add(index)
      if (!node.set) open.push(...node.to)
    }
    return found
  }

  #match(text: string, start: number): Match | undefined {
    const log: Set<number>[] = [this.#closure([this.#first], text, start)]
    let end = -1
    for (let at = start; ; at++) {
      const states = log[at - start] as Set<number>
      this.#step(states.size + 1)
      if (states.has(0)) end = at
      if (at >= text.length) break
      const code = text.charCodeAt(at)
      const next = new Set<number>()
      for (const index of states) {
        const { set, to } = this.#at(index)
        if (set?.[code] === true) next.add(to[0] as number)
      }
      if (next.size === 0) break
      log.push(this.#closure(next, text, at + 1))
    }
    if (end < 0) return undefined
    if (this.groups === 0) return { starts: [start], ends: [end] }
    this.#prune(log, text, start, end)
    return this.#walk(log, text, start, end)
  }

  /** Leaves in each set only the nodes from which the end of the match can be reached. */
  #prune(log: Set<number>[], text: string, start: number, end: number): void {
    for (let at = end; at >= start; at--) {
      const states = log[at - start] as Set<number>
      const behind = at < end ? (log[at + 1 - start] as Set<number>) : undefined
      const live = new Set<number>()
      for (let grown = true; grown;) {
        grown = false
        this.#step(states.size)
        for (const index of states) {
          if (live.has(index)) continue
          const { set, to } = this.#at(index)
          const alive = set
            ? set[text.charCodeAt(at)] === true && behind?.has(to[0] as number) === true
            : index === 0
              ? at === end
              : to.some((each) => live.has(each))
          if (alive) grown = Boolean(live.add(index))
        }
      }
      log[at - start] = live
    }
  }

  /** Follows the preferred way to the end, and notes where groups open and close. */
  #walk(log: readonly Set<number>[], text: string, start: number, end: number): Match | undefined {
    const open: Walk[] = [this.#begin(start, end)]
    for (let walk = open.pop(); walk; walk = open.pop()) {
      for (;;) {
        this.#step(1)
        this.#register(walk)
        if (walk.node === 0 && walk.at === end) {
          const { starts, ends } = walk
          if (starts.every((from, group) => from < 0 || (ends[group] ?? -1) >= 0)) return walk
          break
        }
        const { set, to } = this.#at(walk.node)
        if (set) {
          walk.at++
          walk.passed = new Set()
          walk.node = to[0] as number
          if (walk.at > end || log[walk.at - start]?.has(walk.node) !== true) break
          continue
        }
        walk.passed.add(walk.node)
        const states = log[walk.at - start] as Set<number>
        const [one, other] = to.filter((each) => states.has(each))
        if (one === undefined) break
        // Once through an empty loop is enough.
        if (other !== undefined && walk.passed.has(one)) walk.node = other
        else {
          if (other !== undefined) open.push({ ...copy(walk), node: other })
          walk.node = one
        }
      }
    }
    return undefined
  }

  #begin(start: number, end: number): Walk {
    const starts = [start, ...Array<number>(this.groups).fill(-1)]
    const ends = [end, ...Array<number>(this.groups).fill(-1)]
    const kept = { starts: [...starts], ends: [...ends] }
    return { node: this.#first, at: start, starts, ends, kept, passed: new Set() }
  }

  #register(walk: Walk): void {
    const { open, close, optional } = this.#at(walk.node)
    if (open !== undefined) {
      walk.starts[open] = walk.at
      walk.ends[open] = -1
    }
    if (close === undefined) return
    if ((walk.starts[close] ?? -1) < walk.at) {
      walk.ends[close] = walk.at
      walk.kept = { starts: [...walk.starts], ends: [...walk.ends] }
    } else if (optional === true && (walk.kept.starts[close] ?? -1) >= 0) {
      // An empty turn of a loop does not count when there was another.
      walk.starts = [...walk.kept.starts]
      walk.ends = [...walk.kept.ends]
    } else walk.ends[close] = walk.at
  }

  /** Tries every way, for patterns with back references. */
  #backtrack(text: string, start: number): Match | undefined {
    let best: Walk | undefined
    const open: Walk[] = [this.#begin(start, -1)]
    for (let walk = open.pop(); walk; walk = open.pop()) {
      for (;;) {
        this.#step(8)
        const node = this.#at(walk.node)
        this.#register(walk)
        if (walk.node === 0) {
          if (!best || walk.at > best.at) best = copy(walk)
          break
        }
        let length = -1
        if (node.set) length = node.set[text.charCodeAt(walk.at)] === true ? 1 : -1
        else if (node.back !== undefined) {
          const from = walk.starts[node.back] ?? -1
          const taken = text.slice(from, walk.ends[node.back])
          if (from >= 0 && text.startsWith(taken, walk.at)) length = taken.length
        } else {
          if (walk.passed.has(walk.node) || !this.#holds(node, text, walk.at)) break
          walk.passed.add(walk.node)
          const [one, other] = node.to
          if (other !== undefined) open.push({ ...copy(walk), node: other })
          walk.node = one as number
          continue
        }
        if (length < 0) break
        walk.at += length
        if (length > 0) walk.passed = new Set()
        walk.node = node.to[0] as number
      }
    }
    if (!best) return undefined
    best.ends[0] = best.at
    return best
  }
}

function copy(walk: Walk): Walk {
  const { starts, ends, kept, passed } = walk
  return { ...walk, starts: [...starts], ends: [...ends], kept, passed: new Set(passed) }
}
