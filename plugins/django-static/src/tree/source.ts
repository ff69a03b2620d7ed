/** Where the content of a public name comes from. */
export type Source =
  /** A file on disk. */
  | { readonly file: string }
  /** Content that was made; `from` is the file it was made from, for messages. */
  | { readonly content: Uint8Array; readonly from: string }
