/** Where the content of a public name comes from. */
export type Source =
  /** A file on disk. */
  | { readonly file: string }
  /**
   * Content that was made; `from` is the file it was made from, `map` its source map, and `files` are all that went into it: they
   * are for messages.
   */
  | {
      readonly content: Uint8Array
      readonly from: string
      readonly map?: string | undefined
      readonly files?: readonly string[]
    }
