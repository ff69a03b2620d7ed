import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Mark } from './marks.ts'
import { pack, type PackedStamps, Stamps } from './packed.ts'
import type { FileStamp } from './stamps.ts'

/** A target as the record knows it, so that a plan can be made without loading any plugin. */
interface KnownTarget {
  readonly name: string
  readonly deps: readonly string[]
  readonly followers: readonly string[]
  readonly persistent: boolean
  readonly group: boolean
}

/** The last green run of a target. */
export interface GreenRun {
  readonly inputs: readonly Mark[]
  readonly outputs: readonly Mark[]
  /** How long it took, in milliseconds. */
  readonly time: number
  /** When it ended, in milliseconds since 1970. */
  readonly at: number
}

/** What is remembered of a project in one mode. */
export interface Memory {
  /** All targets of the project. */
  readonly graph: ReadonlyMap<string, KnownTarget>
  /** What every target depends on: the config and the files it was made of, lockfile, environment. */
  readonly base: readonly Mark[]
  /** The last green run of each target that said what it read. */
  readonly runs: ReadonlyMap<string, GreenRun>
}

/** A {@link Memory} as the file has it. Every mark stands there once; targets refer to them by their places. */
export interface Stored {
  readonly version: string
  readonly graph: readonly KnownTarget[]
  /** Marks of files: their places count from 0. */
  readonly files: PackedStamps
  /** All others: the first has the place -1. */
  readonly marks: readonly Mark[]
  readonly base: readonly number[]
  readonly runs: readonly (readonly [
    name: string,
    inputs: readonly number[],
    outputs: readonly number[],
    time: number,
    at: number,
  ])[]
}

/** Where everything is kept that may be deleted at any time. */
export function workFolder(root: string): string {
  return join(root, 'node_modules/.kovu')
}

/**
 * The record's file.
 *
 * @param mode The mode as it was asked for, before any config is read.
 * @param config The config as it was asked for.
 */
export function recordFile(root: string, mode: string, config: string | undefined): string {
  const name = [mode, ...(config === undefined ? [] : [config])].join('+')
  return join(workFolder(root), 'graph', `${encodeURIComponent(name)}.json`)
}

/**
 * Reads a record as it is.
 *
 * @param version Of Kovu and Node: a record of another one is no record.
 * @returns Undefined when there is none that can be used; it is never an error.
 */
export function readStored(file: string, version: string): Stored | undefined {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored
    return stored.version === version ? stored : undefined
  } catch {
    return undefined
  }
}

/** Reads a record; see {@link readStored}. */
export function readRecord(file: string, version: string): Memory | undefined {
  const stored = readStored(file, version)
  try {
    return stored && recall(stored)
  } catch {
    return undefined
  }
}

/**
 * Puts a record in order.
 *
 * @throws When it is damaged.
 */
export function recall(stored: Stored): Memory {
  const files = new Stamps(stored.files)
  const stamps = Array.from({ length: files.length }, (_, place) => files.at(place))
  const at = (place: number): Mark => {
    const mark = place < 0 ? stored.marks[-1 - place] : stamps[place]
    if (!Array.isArray(mark)) throw new Error('The record is damaged.')
    return mark
  }
  return {
    graph: new Map(stored.graph.map((target) => [target.name, target])),
    base: stored.base.map(at),
    runs: new Map(
      stored.runs.map(([name, inputs, outputs, time, when]) => [
        name,
        { inputs: inputs.map(at), outputs: outputs.map(at), time, at: when },
      ]),
    ),
  }
}

/** Replaces a record, in one step. */
export function writeRecord(file: string, version: string, memory: Memory): void {
  const { base, graph, runs } = memory
  const places = new Map<string, number>()
  const files: FileStamp[] = []
  const marks: Mark[] = []
  const place = (mark: Mark): number => {
    if (mark.length !== 6) return remember(JSON.stringify(mark), () => -marks.push(mark))
    const first = remember(mark[0], () => files.push(mark) - 1)
    // Two targets may have seen two states of one file.
    if (files[first]?.[1] === mark[1]) return first
    return remember(`${mark[0]}\n${mark[1]}`, () => files.push(mark) - 1)
  }
  const remember = (key: string, make: () => number): number => {
    const known = places.get(key)
    if (known !== undefined) return known
    const made = make()
    places.set(key, made)
    return made
  }
  const stored: Stored = {
    version,
    graph: [...graph.values()],
    base: base.map(place),
    runs: [...runs].map(([name, { inputs, outputs, time, at }]) => [
      name,
      inputs.map(place),
      outputs.map(place),
      Math.round(time),
      at,
    ]),
    files: pack(files),
    marks,
  }
  const temporary = `${file}.${process.pid}`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(temporary, JSON.stringify(stored), { mode: 0o600 })
  renameSync(temporary, file)
}
