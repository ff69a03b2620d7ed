import type { Definition } from './macro.ts'

/** The macros by name, each with the definitions that `pushdef` has covered. */
export class Symbols {
  readonly #stacks = new Map<string, Definition[]>()

  lookup(name: string): Definition | undefined {
    return this.#stacks.get(name)?.at(-1)
  }

  /** The names of all macros. */
  names(): Iterable<string> {
    return this.#stacks.keys()
  }

  define(name: string, definition: Definition): void {
    const stack = this.#stacks.get(name)
    if (stack) stack[stack.length - 1] = definition
    else this.#stacks.set(name, [definition])
  }

  pushdef(name: string, definition: Definition): void {
    const stack = this.#stacks.get(name)
    if (stack) stack.push(definition)
    else this.#stacks.set(name, [definition])
  }

  popdef(name: string): void {
    const stack = this.#stacks.get(name)
    if (stack && stack.length > 1) stack.pop()
    else this.#stacks.delete(name)
  }

  undefine(name: string): void {
    this.#stacks.delete(name)
  }
}
