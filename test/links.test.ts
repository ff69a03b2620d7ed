import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

import { expect, test } from 'vitest'

import { repository } from './support/site.ts'

/** Every page of the documentation: the repository's own, the guides, each package's. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'playground/README.md',
  ...readdirSync(join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...readdirSync(join(repository, 'plugins')).map((name) => join('plugins', name, 'README.md')),
].map((page) => join(repository, page))

/** Markdown without its code, in which a bracket is no link. */
function prose(page: string): string {
  return readFileSync(page, 'utf8')
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, (code) => code.replaceAll(/[[\]()]/g, ' '))
}

/** Names under which a page's headings can be linked, as GitHub makes them. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each(pages.map((page) => relative(repository, page)))(
  'every link of %s leads somewhere',
  (name) => {
    const page = join(repository, name)
    const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const dead = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : resolve(dirname(page), path)
        if (!existsSync(target)) return true
        if (anchor === undefined) return false
        const document = statSync(target).isDirectory() ? join(target, 'README.md') : target
        return !anchors(document).includes(anchor)
      })
    expect(dead).toEqual([])
  },
)
