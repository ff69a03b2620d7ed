import { sep } from 'node:path'

/**
 * Is a text a public name at all: relative, with forward slashes, without empty, `.` and `..` parts and control characters?
 *
 * @param name Any text.
 */
export function isPublicName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return name !== '' && !/(?:^|\/)(?:\.{0,2})(?:\/|$)|[\\\x00-\x1F\x7F]/.test(name)
}

/**
 * The path of a file below a folder.
 *
 * @param file Absolute path.
 * @param dir Absolute path.
 * @returns The relative path with forward slashes, or undefined when the file is not below the folder.
 */
export function inside(file: string, dir: string): string | undefined {
  const start = dir.endsWith(sep) ? dir : dir + sep
  return file.startsWith(start) ? file.slice(start.length).replaceAll(sep, '/') : undefined
}
