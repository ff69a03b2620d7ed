/** Code under construction that knows which part of the template each part of it comes from. */
export class Code {
  text = ''
  /** Pairs: a position in {@link text}, and the offset in the template that the code from there on comes from. */
  readonly marks: number[] = []

  constructor(text = '') {
    this.text = text
  }

  /** Says where in the template the code comes from that is written next. */
  mark(offset: number): void {
    this.marks.push(this.text.length, offset)
  }

  /** Writes other code, with its places. */
  add({ text, marks }: Code): void {
    const shift = this.text.length
    for (let at = 0; at < marks.length; at += 2) {
      this.marks.push((marks[at] as number) + shift, marks[at + 1] as number)
    }
    this.text += text
  }
}

/** Code whose places nobody asks for. */
export class UnmappedCode extends Code {
  override mark(): void {}
}

/** A string literal whose characters come from where the text's come from. */
export function quoteCode({ text, marks }: Code): Code {
  const out = new Code('"')
  let from = 0
  for (let at = 0; at < marks.length; at += 2) {
    const to = marks[at] as number
    out.text += quote(text.slice(from, to)).slice(1, -1)
    out.mark(marks[at + 1] as number)
    from = to
  }
  out.text += quote(text.slice(from)).slice(1)
  return out
}

/** A string literal. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
