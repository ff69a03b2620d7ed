/** `text!path`, `text!path!strip`: the text of a file, as the text plugin 2.0 gives it. */

/** A resource of `text!`. */
export interface TextResource {
  /** The path with its extension, as an id: relative to `baseUrl`, `paths` apply. */
  readonly path: string
  /** Only the content of `<body>`, without XML declarations? */
  readonly strip: boolean
}

/** Reads the part behind `text!`. */
export function readTextResource(resource: string): TextResource {
  const [path = '', ...flags] = resource.split('!')
  return { path, strip: flags.includes('strip') }
}

/** The text as the module's value. */
export function textValue(content: string, { strip }: TextResource): string {
  const text = content.startsWith('\uFEFF') ? content.slice(1) : content
  if (!strip) return text
  const bare = text.replace(/^\s*<\?xml(\s)+version=['"](\d)*.(\d)*['"](\s)*\?>/im, '')
  return /<body[^>]*>\s*([\s\S]+)\s*<\/body>/im.exec(bare)?.[1] ?? bare
}
