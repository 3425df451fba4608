// While npm packs, the pages are as the package has them: what they link to and stays in the repository, they name, and what only scripts read is gone; and
// JSON is without spaces. Then they are what they were.
//
// Usage: tsx scripts/package/pages.ts pack|restore

import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] }

/** The files of the package that are in the repository, and the folders that they are in. */
export const shipped: ReadonlySet<string> = new Set([
  ...['README.md', 'LICENSE', 'package.json'],
  ...manifest.files
    .filter(name => name !== 'dist' && !name.startsWith('!'))
    .flatMap(insideOf)
    .filter(name => !manifest.files.includes(`!${name}`)),
])

function insideOf(name: string): string[] {
  if (!statSync(join(root, name)).isDirectory()) return [name]
  return [name, ...readdirSync(join(root, name)).flatMap(inside => insideOf(posix.join(name, inside)))]
}

/** Elements of HTML that link or show something; links and pictures in Markdown. */
const elements = /^<(picture|p|a)\b[\s\S]*?<\/\1>\n\n?/gm
const links = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g

/** What a page says of this repository, to those who have a checkout. */
const ofTheRepository = /^<!-- repository:start -->\n[\s\S]*?^<!-- repository:end -->\n\n?/gm

/** Where this repository's scripts write in a page. */
const marks = /^<!--.*-->\n/gm

/** A page as the package has it. @param name its place in the repository */
export function packaged(name: string, text: string): string {
  const isThere = (link: string): boolean =>
    /^([a-z]+:|#)/.test(link) ||
    shipped.has(posix.join(posix.dirname(name), link.replace(/#.*/, '')).replace(/\/$/, ''))
  return withoutCode(text.replace(ofTheRepository, ''), prose =>
    prose
      .replace(marks, '')
      .replace(elements, element =>
        [...element.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].every(([, link = '']) => isThere(link))
          ? element
          : '',
      )
      .replace(links, (whole, picture: string, words: string, link: string) => {
        if (isThere(link)) return whole
        return picture === '' ? words : ''
      }),
  )
}

/** What is not in blocks of code. */
export function proseOf(text: string): string {
  const prose: string[] = []
  withoutCode(text, part => {
    prose.push(part)
    return part
  })
  return prose.join('\n')
}

/** Changes what is not in blocks of code. */
function withoutCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, n) => (n % 2 === 0 ? change(part) : part))
    .join('')
}

/** What a page was, beside it, where git and npm ignore it. */
const keptFrom = (page: string): string => `${page}~`

function main(command: string | undefined): void {
  const pages = [...shipped]
    .filter(name => /\.(md|json)$/.test(name) && name !== 'package.json') // other processes read that one while npm packs
    .map(name => [name, join(root, name)] as const)
  for (const [name, page] of pages) {
    if (existsSync(keptFrom(page))) renameSync(keptFrom(page), page) // also what a pack that was interrupted left
    if (command !== 'pack') continue
    const text = readFileSync(page, 'utf8')
    const changed = name.endsWith('.md') ? packaged(name, text) : JSON.stringify(JSON.parse(text))
    if (changed === text) continue
    writeFileSync(keptFrom(page), text)
    writeFileSync(page, changed)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2])
