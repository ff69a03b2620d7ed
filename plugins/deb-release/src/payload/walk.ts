import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join, posix, sep } from 'node:path'

import type { Entry } from '../deb/entry.ts'
import { DebReleaseError, readError } from '../error.ts'

/** How {@link walk} goes through a folder. */
export interface Walk {
  /** The folder, absolute. Nothing outside of it is ever carried. */
  readonly from: string
  /** Where it lands, below `/`. */
  readonly to: string
  /** Is the file, or all that is in the folder, left out? The path is from {@link from}, with forward slashes. */
  readonly leavesOut: (path: string, folder: boolean) => boolean
}

/** Set-user-id and set-group-id. */
const SETID = 0o6000

/**
 * Lists a folder as entries of a package. Modes, owners and times are not taken over: what is executable is told by its content.
 *
 * @throws {DebReleaseError} `DEB_RELEASE_LINK` for a link that leads out of the tree, nowhere, or to what is left out;
 *   `DEB_RELEASE_SETUID` for set-user-id files; `DEB_RELEASE_PATH` for pipes, sockets and devices; `DEB_RELEASE_READ`.
 */
export function walk({ from, to, leavesOut }: Walk): Entry[] {
  const entries: Entry[] = []
  const carried = new Set<string>([''])
  const links: { path: string; target: string }[] = []

  const visit = (folder: string): void => {
    const [here, there] = [join(from, folder), posix.join(to, folder)]
    for (const dirent of list(here)) {
      const path = folder === '' ? dirent.name : `${folder}/${dirent.name}`
      if (leavesOut(path, dirent.isDirectory())) continue
      if (dirent.isDirectory()) {
        // A folder is there for what it holds: git knows none that is empty either.
        const before = carried.size
        visit(path)
        if (carried.size > before) carried.add(path)
        continue
      }
      carried.add(path)
      if (dirent.isSymbolicLink()) {
        links.push({ path, target: readlinkSync(join(from, path)).replaceAll('\\', '/') })
      } else {
        entries.push(fileEntry(`${here}${sep}${dirent.name}`, `${there}/${dirent.name}`, dirent))
      }
    }
  }
  visit('')
  for (const { path, target } of links) {
    const leads = posix.join(posix.dirname(path), target)
    checkLink(join(from, path), target, leads, carried)
    entries.push({ kind: 'link', path: posix.join(to, path), target })
  }
  return entries
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    throw readError(folder, cause)
  }
}

function fileEntry(file: string, path: string, dirent: Dirent): Entry {
  if (!dirent.isFile()) {
    throw new DebReleaseError(
      'DEB_RELEASE_PATH',
      `${file} is a pipe, a socket or a device, which a release cannot carry. Leave it out by \`src.files\`: ['!…'].`,
      { file },
    )
  }
  let mode: number
  let size: number
  try {
    ;({ mode, size } = lstatSync(file))
  } catch (cause) {
    throw file.includes('\ufffd') ? notUtf8(file) : readError(file, cause)
  }
  if ((mode & SETID) !== 0) {
    throw new DebReleaseError(
      'DEB_RELEASE_SETUID',
      `${file} has its set-user-id or set-group-id bit set: on a server it would run with root's rights. chmod u-s,g-s it, or leave it out by \`src.files\`.`,
      { file },
    )
  }
  return { kind: 'file', path, content: { file, size } }
}

function notUtf8(file: string): DebReleaseError {
  return new DebReleaseError(
    'DEB_RELEASE_PATH',
    `The name ${JSON.stringify(file)} is not UTF-8. Rename the file, or leave it out by \`src.files\`.`,
    { file },
  )
}

/** A link must lead, by every step of its own text, to something that travels with it. */
function checkLink(file: string, target: string, leads: string, carried: Set<string>): void {
  const bad = (why: string): DebReleaseError =>
    new DebReleaseError(
      'DEB_RELEASE_LINK',
      `The link ${file} ${why} (${JSON.stringify(target)}). Make it lead to a file of the release, put a copy in its place, or leave it out by \`src.files\`.`,
      { file },
    )
  if (posix.isAbsolute(target) || /^[A-Za-z]:/.test(target)) throw bad('has an absolute target')
  if (leads === '..' || leads.startsWith('../')) throw bad('leads out of the tree')
  const goal = leads === '.' ? '' : leads.replace(/\/$/, '')
  if (!carried.has(goal)) throw bad('leads to nothing that the release carries')
}
