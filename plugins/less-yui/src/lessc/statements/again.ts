import { existsSync, readFileSync } from 'node:fs'
import type { Compiled } from '../compile.ts'
import type { Less } from '../implementation.ts'
import { type Closure, hash, hasJavaScript, Recording } from '../recording.ts'
import { type Compilation, render } from '../render.ts'
import { isCertain } from './certain.ts'
import { editOf, type Edit } from './edits.ts'
import { Editing, type Made } from './editing.ts'
import { Environment } from './environment.ts'
import { aroundOf, asParsed } from './marking.ts'
import { needs } from './needs.ts'
import type { Statements } from './record.ts'
import { Reduced } from './reduced.ts'
import { type Cut, cuts, lengthOf, moved, remember, splice } from './splice.ts'
import { mayExtend } from './targets.ts'

/** More than so many edited files at once are a change of branch. */
const MOST = 8
/** In a reduced sheet most is missing that might be extended. */
const UNMATCHED = /extend '[^]*' has no matches/
/** What less moves to the front of the CSS. */
const MOVED = /^@(?:charset|import)\b/m

/** A sheet that is to be rendered again. */
export interface Again extends Pick<Compilation, 'options' | 'job'> {
  /** Of less's version. */
  readonly major: number
  /** Is there something to be told of this CSS? */
  warns(css: string): boolean
}

/**
 * Renders a sheet of which a few files were edited, by evaluating nothing but the statements that are others now and what they look up.
 *
 * @param before The sheet as it was.
 * @returns Exactly what a whole rendering would make. Undefined if it takes one to be sure of that.
 * @throws What less throws of a sheet that is wrong; a whole rendering finds more, and the right places.
 */
export async function renderAgain(
  less: Less,
  again: Again,
  before: Compiled,
): Promise<Compiled | undefined> {
  const { job } = again
  const { statements } = before
  if (!statements || before.warnings.length > 0) return undefined
  const now = look(before.closure)
  if (!now || now.edited.size > MOST || lengthOf(statements) !== before.css.length) return undefined
  const found = findEdits(statements, now, again)
  if (!found) return undefined
  const made = await renderEdits(less, again, {
    closure: before.closure,
    statements,
    now,
    ...found,
  })
  if (!made) return undefined
  const places = cuts(statements, made.parts)
  const was = places.map(({ start, end }) => before.css.slice(start, end)).join('')
  const is = places.map((cut) => cut.css.join('')).join('')
  const first = places[0]?.start ?? 0
  if (mayExtend(statements.targets, was) || mayExtend(statements.targets, is)) return undefined
  if (MOVED.test(is) || MOVED.test(before.css.slice(first))) return undefined
  const after = remember(statements, made.parts)
  const css = splice(before.css, places)
  if (again.warns(css)) return undefined
  // Less makes no map of nothing.
  const mapped = job.sourceMap && css !== ''
  const map = mapped ? await mapOf(before, made, places, found.texts) : undefined
  if (mapped && map === undefined) return undefined
  return {
    css,
    map,
    closure: closureOf(before.closure, statements, { ...found, now, made, is: after }),
    volatile: undefined,
    warnings: [],
    statements: after,
  }
}

/** The files of a sheet as they are. */
interface Now {
  /** By absolute path. */
  readonly contents: ReadonlyMap<string, Buffer>
  /** The hashes of those that are others. */
  readonly edited: ReadonlyMap<string, string>
}

/** Looks at the files; undefined if one is no more, or one is there that was missing. */
function look(closure: Closure): Now | undefined {
  const contents = new Map<string, Buffer>()
  const edited = new Map<string, string>()
  for (const [file, was] of Object.entries(closure)) {
    if (was === null) {
      if (existsSync(file)) return undefined
      continue
    }
    const bytes = bytesOf(file)
    if (!bytes) return undefined
    contents.set(file, bytes)
    const is = hash(bytes)
    if (is !== was) edited.set(file, is)
  }
  return { contents, edited }
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

interface Found {
  readonly edits: readonly Edit[]
  /** The texts of the sheet's files, by their numbers. */
  readonly texts: readonly string[]
  /** What the edits need is kept in it. */
  readonly environment: Environment
}

/** Finds what was edited, and what that looks up; undefined if it may matter to others. */
function findEdits(
  before: Statements,
  { contents, edited }: Now,
  { options, job }: Again,
): Found | undefined {
  const { files, targets } = before
  const { sourceMap } = job
  const texts = files.map(({ file }) => asParsed(contents.get(file)?.toString() ?? ''))
  const environment = new Environment(texts)
  const { around, names } = aroundOf(options)
  const edits: Edit[] = []
  const recording = new Recording(job.roots)
  // Each may be a link to elsewhere by now.
  for (const file of contents.keys()) recording.admit(file)
  for (const file of edited.keys()) {
    const raw = contents.get(file)?.toString() ?? ''
    if (!isCertain(raw, { isExtending: targets.length > 0, sourceMap })) return undefined
    const number = files.findIndex((each) => each.file === file)
    const known = files[number]
    const text = texts[number]
    const statements = environment.statements(number)
    if (!known || text === undefined || !statements) return undefined
    if (text.includes('\uFFFD') || hasJavaScript(text)) return undefined
    // Less has written variables into the text, and maps to that.
    if (number === 0 && job.sourceMap && around[0] + around[1] > 0) return undefined
    const edit = editOf(known, { number, text, statements, sourceMap: job.sourceMap }, (each) =>
      environment.isCalled(each),
    )
    if (!edit) return undefined
    edits.push(edit)
  }
  if (edits.length === 0) return undefined
  if (environment.isCalled(before.brought)) return undefined
  const byNumber = new Map(edits.map((edit) => [edit.number, edit]))
  for (const [number, { offers }] of files.entries()) {
    const edit = byNumber.get(number)
    environment.offer(number, edit ? moved(offers, edit) : offers)
  }
  const needed = [...names]
  for (const { number, text, is } of edits) {
    for (const { start, end } of environment.statements(number)?.slice(is.from, is.to) ?? [])
      needed.push(...needs(text.slice(start, end)))
  }
  return environment.need(needed) ? { edits, texts, environment } : undefined
}

/** A sheet as it was, and its files as they are. */
interface Was {
  readonly closure: Closure
  readonly statements: Statements
  readonly now: Now
}

/** What came of the edits, and the files that were read for them. */
interface MadeAgain extends Made {
  readonly closure: Closure
}

/** Renders the statements that were edited. */
async function renderEdits(
  less: Less,
  { options, job }: Again,
  { closure, statements, now, edits, texts, environment }: Found & Was,
): Promise<MadeAgain | undefined> {
  if (edits.every(({ is }) => is.from === is.to))
    return {
      parts: edits.map((edit) => ({ edit, css: [], asking: [], embedded: [] })),
      map: undefined,
      lines: new Map(),
      closure: {},
    }
  const { files } = statements
  const reduced = new Reduced(files, { edits, texts, environment })
  const { around } = aroundOf(options)
  const recording = new Recording(job.roots)
  const editing = new Editing(less, {
    source: job.source,
    around,
    files,
    edits,
    reduced,
    recording,
  })
  const rendered = await render(
    less,
    { input: reduced.file(job.source)?.text ?? '', options, recording, job },
    { plugins: [editing.plugin], instead: (file) => reduced.file(file)?.text ?? '' },
  )
  if (recording.refused || recording.volatile !== undefined) return undefined
  if (rendered.warnings.some((warning) => !UNMATCHED.test(warning))) return undefined
  // A file may have been edited meanwhile.
  const added = new Set([...recording.embedded.values()].flat())
  const isKnown = Object.entries(recording.closure).every(
    ([file, is]) => added.has(file) || is === (now.edited.get(file) ?? closure[file]),
  )
  const made = isKnown ? editing.made(rendered.css, rendered.map) : undefined
  return made && { ...made, closure: recording.closure }
}

/** The files of the sheet as it is: without those that only what is no more has embedded, and with those that what is new does. */
function closureOf(
  was: Closure,
  before: Statements,
  { edits, now, made, is }: { edits: readonly Edit[]; now: Now; made: MadeAgain; is: Statements },
): Closure {
  const files = new Map(Object.entries(was))
  for (const { number, was: run } of edits) {
    for (const [index, names] of Object.entries(before.files[number]?.embedded ?? {})) {
      if (Number(index) >= run.from && Number(index) < run.to)
        for (const name of names) files.delete(name)
    }
  }
  const embedded = is.files.flatMap((file) => Object.values(file.embedded).flat())
  for (const name of embedded) files.set(name, was[name] ?? made.closure[name] ?? null)
  for (const [name, hash] of now.edited) files.set(name, hash)
  return Object.fromEntries(files)
}

/** The source map of the sheet as it is. Most sheets have none: what makes them is loaded when it is needed. */
async function mapOf(
  { css, map, statements }: Compiled,
  { map: made, lines }: Made,
  places: readonly Cut[],
  texts: readonly string[],
): Promise<string | undefined> {
  if (map === undefined) return undefined
  const { spliceMap } = await import('./splice-map.ts')
  const files = statements?.files ?? []
  return spliceMap({ css, map, cuts: places, made, lines, files, texts })
}
