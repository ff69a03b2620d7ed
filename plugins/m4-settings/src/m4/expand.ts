import { Call } from './call.ts'
import { codeFrame, lineOf, type ErrorCode, M4SettingsError, type Place } from '../error.ts'
import { type Argument, type Builtin, type Definition, textOf } from './macro.ts'
import { Output } from './output.ts'
import { fillIn } from './parameters.ts'
import { type Kind, Lexer, type Origin } from './reading/lexer.ts'
import type { Surroundings } from './surroundings.ts'
import { Symbols } from './symbols.ts'

/** Texts that are being read at the same time; each expansion that leaves something behind adds one. */
const MAX_DEPTH = 100_000

/** One run of m4: the macros, the texts being read, and the output. Texts are `latin1` bytes. */
export class Expander {
  readonly lexer: Lexer = new Lexer((what, origin) =>
    this.#unfinished(
      what === 'comment' && this.lexer.rightComment === '\n'
        ? 'end of file in a comment: its line has no newline'
        : `end of file in ${what}`,
      origin,
    ),
  )
  readonly output: Output = new Output()
  readonly symbols: Symbols = new Symbols()
  readonly surroundings: Surroundings
  /** Builtins that are mere words where they stand in a file, and work in expansions. */
  sealed: ReadonlySet<string> = new Set()
  /** Text to be read at the end; the last added is read first. */
  readonly wrapped: string[] = []
  /** Set by `m4exit`: nothing is read any more. */
  exited: boolean = false
  /** Where the macro that is being expanded was called. */
  origin: Origin = { file: '', offset: 0 }
  readonly #builtins: ReadonlyMap<string, Builtin>
  #files = new Map<string, string>()
  #calls: Call[] = []
  #sink: { text: string } | undefined
  #count = 0
  #characters = 0
  #nested = 0
  #direct = false

  constructor(surroundings: Surroundings, builtins: ReadonlyMap<string, Builtin>) {
    this.surroundings = surroundings
    this.#builtins = builtins
    for (const [name, builtin] of builtins) this.symbols.define(name, builtin)
    for (const name of ['__gnu__', '__unix__']) this.symbols.define(name, '')
  }

  /** Reads a file to its end. */
  process(file: string, text: string): undefined {
    this.addFile(file, text)
    this.lexer.start(file, text)
    this.#run()
    return undefined
  }

  /** Keeps the text of a file, for the places of errors. */
  addFile(file: string, text: string): void {
    this.#files.set(file, text)
  }

  /** Reads what `m4wrap` has kept, and brings the diversions to the output. */
  finish(): void {
    while (!this.exited && this.wrapped.length > 0) {
      for (const text of this.wrapped.splice(0)) this.lexer.push(text, this.origin)
      this.#run()
    }
    if (this.exited) return
    this.output.current = 0
    this.output.undivertAll()
  }

  /**
   * What a macro of plain text means now, with all macros in it expanded, and `$1` left as it is.
   *
   * @returns Undefined when the name is no macro, or a builtin.
   */
  valueOf(name: string): string | undefined {
    const definition = this.symbols.lookup(name)
    if (typeof definition !== 'string') {
      return definition && 'literal' in definition ? definition.literal : undefined
    }
    if (++this.#nested > 100) this.fail('M4_SETTINGS_LIMIT', `\`${name}\` means itself`)
    const [calls, sink, here] = [this.#calls, this.#sink, this.origin]
    const value = { text: '' }
    this.#calls = []
    this.#sink = value
    try {
      this.lexer.isolated(definition, () => this.#run())
      return value.text
    } catch (error) {
      // A lone quote or parenthesis calls nothing: the value is what it is.
      if (error instanceof M4SettingsError && error.code === 'M4_SETTINGS_SYNTAX') return definition
      throw error
    } finally {
      this.#nested--
      this.#calls = calls
      this.#sink = sink
      this.origin = here
    }
  }

  /** Expands a macro as if it had been called with these arguments. */
  call(definition: Definition, args: readonly Argument[]): void {
    if (++this.#count > this.surroundings.limits.calls) this.#endless('macro calls')
    if (this.lexer.depth > MAX_DEPTH) this.#endless('expansions within each other')
    if (typeof definition === 'string') {
      const text = definition.includes('$') ? fillIn(definition, args, this) : definition
      this.charge(text.length)
      this.lexer.push(text, this.origin)
    } else if ('literal' in definition) {
      this.pushLiteral(definition.literal)
    } else {
      // A builtin where text is expected is nothing.
      const given = definition.takesBuiltins ? args : args.map(textOf)
      const text = definition.run(this, given)
      if (text === undefined) return
      this.charge(text.length)
      this.lexer.push(text, this.origin)
    }
  }

  /** Text that is not read again. */
  pushLiteral(text: string): void {
    this.charge(text.length)
    this.lexer.pushLiteral(text, this.origin)
  }

  /** Counts characters that are about to come into being. */
  charge(characters: number): void {
    this.#characters += characters
    if (this.#characters > this.surroundings.limits.characters) this.#endless('characters')
  }

  /** Puts text between the current quotes. */
  quote(text: string): string {
    return this.lexer.leftQuote + text + this.lexer.rightQuote
  }

  warn(message: string): void {
    this.surroundings.warn(message, this.place(this.origin))
  }

  /** @throws Always: an error at the macro that is being expanded. */
  fail(code: ErrorCode, message: string, origin: Origin = this.origin): never {
    const place = this.place(origin)
    const text = this.#files.get(origin.file)
    throw new M4SettingsError(code, message, { place, frame: text && codeFrame(text, place) })
  }

  /** Line and column of an offset in a file that was read. */
  place({ file, offset }: Origin): Place {
    return { file, ...lineOf(this.#files.get(file) ?? '', offset) }
  }

  /** File and line of the macro that is being expanded: its own, or where the text it came from was read. */
  position(): { file: string; line: number } {
    return this.place(this.#direct ? this.origin : this.lexer.last)
  }

  #run(): void {
    while (!this.exited) {
      const kind = this.lexer.next()
      if (kind === 'end') {
        const open = this.#calls.at(-1)
        if (open) {
          const { name, origin } = open.site
          this.#unfinished(`end of file in the arguments of \`${name}\``, origin)
        }
        return
      }
      const call = this.#calls.at(-1)
      if (call) this.#argument(call, kind)
      else if (kind === 'word') this.#word()
      else if (kind !== 'builtin') this.#ship()
    }
  }

  #argument(call: Call, kind: Kind): void {
    const { lexer } = this
    if (!call.enters(kind, lexer)) return undefined
    if (kind === 'word') return this.#word()
    const isEnd = call.endsWith(kind)
    this.charge(call.take(kind, lexer)?.length ?? 0)
    if (isEnd) this.#finishCall(call)
    return undefined
  }

  #word(): void {
    const { lexer } = this
    const name = lexer.text
    const { origin } = lexer
    const definition = this.symbols.lookup(name)
    const inert =
      lexer.direct && this.sealed.has(name) && definition === (this.#builtins.get(name) ?? '')
    if (definition === undefined || inert) return this.#ship()
    const opens = lexer.opens()
    if (isBuiltin(definition) && definition.blind && !opens) return this.#ship()
    const { direct } = lexer
    if (!opens) {
      this.origin = origin
      this.#direct = direct
      return this.call(definition, [name])
    }
    lexer.next()
    this.#calls.push(new Call({ name, definition, origin, direct }))
    if (this.#calls.length > MAX_DEPTH) this.#endless('calls within each other')
    return undefined
  }

  #finishCall(call: Call): void {
    this.#calls.pop()
    const { origin, direct, definition } = call.site
    this.origin = origin
    this.#direct = direct
    this.call(definition, call.args)
  }

  #ship(): void {
    const { text, origin, literal } = this.lexer
    const call = this.#calls.at(-1)
    if (call) {
      call.add(text)
      this.charge(text.length)
    } else if (this.#sink) {
      this.#sink.text += text
    } else {
      const { file, offset } = origin
      const source = this.#files.get(file)
      const inside = offset + this.lexer.leftQuote.length
      const at = [offset, inside].find((each) => source?.startsWith(text, each))
      const direct = at !== undefined && !literal
      this.output.write({
        text,
        origin: direct ? { file, offset: at } : origin,
        direct,
        literal,
      })
    }
  }

  #unfinished(what: string, origin: Origin): never {
    return this.fail('M4_SETTINGS_SYNTAX', what, origin)
  }

  #endless(what: string): never {
    return this.fail('M4_SETTINGS_LIMIT', `too many ${what}: this would never end`)
  }
}

function isBuiltin(definition: Definition): definition is Builtin {
  return typeof definition === 'object' && 'run' in definition
}
