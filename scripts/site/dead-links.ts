// Whether what the pages of the built site link to and show is there: the generator checks Markdown's links to pages, and no others.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** @throws Error naming each page of a folder and what it links to in vain. */
export function checkLinks(folder: string): void {
  const there = (path: string): boolean =>
    existsSync(join(folder, path)) &&
    (!statSync(join(folder, path)).isDirectory() || existsSync(join(folder, path, 'index.html')))
  const dead = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.html'))
    .map(path => path.replaceAll('\\', '/'))
    .flatMap(path => deadLinks(path, readFileSync(join(folder, path), 'utf8'), there))
  if (dead.length > 0) throw new Error(`The site has dead links:\n${dead.join('\n')}`)
}

/** @param there whether the site has a file of this path */
export function deadLinks(page: string, html: string, there: (path: string) => boolean): string[] {
  const targets = [...html.matchAll(/<[a-z][^>]*?\s(?:href|src)="([^"#?]+)/g)].map(
    ([, target = '']) => target,
  )
  return [...new Set(targets)]
    .filter(target => !/^[a-z][a-z\d+.-]*:/i.test(target))
    .filter(target => !there(decodeURIComponent(posix.join(posix.dirname(page), target))))
    .map(target => `${page}: ${target}`)
}
