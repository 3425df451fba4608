// The site's pages: those of docs/, the README and others beside it, and of the files that they link to one each. Links lead from page to page.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, posix } from 'node:path'
import { fillExamples } from '../docs/examples.js'

/** Pages that are not in docs/, by the path at which the site has them. */
const beside: Readonly<Record<string, string>> = {
  'README.md': 'overview.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  LICENSE: 'license.md',
  'site/docs/index.md': 'index.md',
}

/** What is shown as it is. */
const isAsset = (path: string): boolean => /\.(svg|png)$/.test(path)

/** A file of the site: text, or a copy of a file. */
export type Content = { readonly text: string } | { readonly copyOf: string }

/** Where the site has what the repository has at `path`. */
export function placeOf(path: string): string {
  const known = beside[path]
  if (known !== undefined) return known
  if (path.startsWith('docs/') && (path.endsWith('.md') || isAsset(path)))
    return path.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md')
  return `source/${path}.md`
}

/**
 * Everything that the generator reads, by its path.
 * @throws Error naming a link that leads nowhere
 */
export function pagesOf(root: string): Map<string, Content> {
  const pages = new Map<string, Content>()
  const queue = [
    ...Object.keys(beside),
    ...readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && (entry.name.endsWith('.md') || isAsset(entry.name)))
      .map(entry => posix.join(entry.parentPath.slice(root.length), entry.name).replace(/^\//, '')),
  ]
  for (const path of queue) {
    if (pages.has(placeOf(path))) continue
    const linked = (target: string): void => {
      if (!existsSync(join(root, target)))
        throw new Error(`${path} links to ${target}, which does not exist.`)
      queue.push(target)
    }
    pages.set(placeOf(path), isAsset(path) ? { copyOf: path } : { text: textOf(root, path, linked) })
  }
  return pages
}

function textOf(root: string, path: string, linked: (target: string) => void): string {
  const whole = join(root, path)
  if (statSync(whole).isDirectory()) return listOf(root, path, linked)
  const text = readFileSync(whole, 'utf8')
  if (!path.endsWith('.md')) return sourcePage(path, text)
  const filled = path.startsWith('site/')
    ? fillExamples(text, example => readFileSync(join(root, example), 'utf8'))
    : text
  return withLinks(ofTheTheme(filled), target => {
    const [, file = '', anchor = ''] = /^([^#?]*)(.*)$/.exec(target) ?? []
    const from = path.startsWith('site/') ? 'docs' : dirname(path)
    const meant = posix.join(from === '.' ? '' : from, file).replace(/\/$/, '')
    const found = existsSync(join(root, meant, 'README.md')) ? `${meant}/README.md` : meant
    if (found === 'docs/overview.md') return target
    linked(found)
    const link = posix.relative(dirname(placeOf(path)), placeOf(found))
    return (link.startsWith('.') ? link : `./${link}`) + anchor
  })
}

/** The site's reader can choose a theme: pictures follow that, and not the system. */
const ofTheTheme = (text: string): string =>
  text.replace(
    /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">\s*<img alt="([^"]*)" src="([^"]+)">\s*<\/picture>/g,
    '<img class="in-light" alt="$2" src="$3"><img class="in-dark" alt="$2" src="$1">',
  )

/** The text with every relative link changed; programs in it stay as they are. */
function withLinks(text: string, change: (target: string) => string): string {
  const changed = (target: string): string =>
    /^(#|\/|[a-z][a-z\d+.-]*:)/i.test(target) ? target : change(target)
  return text
    .split(/(^```[\s\S]*?^```$|`[^`\n]+`)/m)
    .map((piece, index) =>
      index % 2 === 1
        ? piece
        : piece
            .replace(/(\]\()([^)\s]+)(\))/g, (_, before, target, after) => before + changed(target) + after)
            .replace(
              /(\s(?:href|src|srcset)=")([^"]+)(")/g,
              // The generator makes addresses of Markdown's links alone.
              (_, before, target, after) =>
                before + changed(target).replace(/\.md(?=$|[#?])/, '.html') + after,
            ),
    )
    .join('')
}

const languages: Readonly<Record<string, string>> = {
  '': 'text',
  '.mts': 'ts',
  '.yml': 'yaml',
  '.prisma': 'text',
}

function sourcePage(path: string, text: string): string {
  const extension = extname(path)
  const language = languages[extension] ?? extension.slice(1)
  return `---\nsearch: false\neditLink: false\noutline: false\n---\n\n# ${path}\n\n\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\n`
}

function listOf(root: string, path: string, linked: (target: string) => void): string {
  const files = readdirSync(join(root, path), { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ name }) => name)
  for (const name of files) linked(posix.join(path, name))
  const place = dirname(placeOf(path))
  const items = files.map(name => `- [${name}](./${posix.relative(place, placeOf(posix.join(path, name)))})`)
  return `---\nsearch: false\n---\n\n# ${path}\n\n${items.join('\n')}\n`
}
