// The static site's pages, without its generator: links lead somewhere, and every page is listed.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { deadLinks } from '../../scripts/site/dead-links.js'
import { anchorsIn, proseOf } from '../../scripts/site/headings.js'
import { pagesOf, placeOf } from '../../scripts/site/pages.js'
import { relativeHtml, relativeScript } from '../../scripts/site/relative.js'
import { complete, contents } from '../../site/docs/contents.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = pagesOf(root) // throws for a link to a file that is not there

it('every link leads to a page of the site, and to a heading of it', () => {
  const dead: string[] = []
  for (const [page, content] of pages) {
    if (!('text' in content)) continue
    for (const [, target = ''] of proseOf(content.text)
      .replace(/`[^`\n]+`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(target)) continue
      const [file = '', anchor = ''] = target.split('#')
      const found = file === '' ? page : posix.join(posix.dirname(page), file)
      const there = pages.get(found)
      const leads =
        there !== undefined && (anchor === '' || !('text' in there) || anchorsIn(there.text).has(anchor))
      if (!leads) dead.push(`${page}: ${target}`)
    }
  }
  expect(dead).toEqual([])
})

it('a link in HTML, which the generator leaves as it is, leads to what the page becomes', () => {
  const links = [...pages].flatMap(([page, content]) =>
    'text' in content
      ? [...proseOf(content.text).matchAll(/<a href="([^":#]+)/g)].map(([, target = '']) => ({
          page,
          target,
        }))
      : [],
  )
  expect(links).toContainEqual({ page: 'overview.md', target: './guides/inspector.html' })
  for (const { page, target } of links) {
    const built = posix.join(posix.dirname(page), target)
    expect(
      [...pages.keys()].map(name => name.replace(/\.md$/, '.html')),
      `${page}: ${target}`,
    ).toContain(built)
  }
})

it('a built page that links to what is not there, or shows it, is found', () => {
  const html =
    '<a class="x" href="../errors.html#a">1</a><a href="../gone.md">2</a><img alt="" src="./gone.svg?x"><a href="https://a.b/c">3</a><a href="#here">4</a>'
  expect(deadLinks('guides/inspector.html', html, path => path === 'errors.html')).toEqual([
    'guides/inspector.html: ../gone.md',
    'guides/inspector.html: ./gone.svg',
  ])
})

it('the contents list every page once, and no other', () => {
  const written = [
    ...readdirSync(`${root}docs`),
    ...readdirSync(`${root}docs/guides`).map(name => `guides/${name}`),
  ]
    .filter(name => name.endsWith('.md'))
    .map(name => placeOf(`docs/${name}`))
  const listed = complete(new Map(written.map(page => [page, '# A page'])))
    .flatMap(({ entries }) => entries)
    .map(([page]) => `${page}.md`)
  expect(listed).toEqual(expect.arrayContaining(written))
  expect(listed.filter((page, place) => listed.indexOf(page) !== place)).toEqual([])
  expect(listed.filter(page => !pages.has(page))).toEqual([])
})

it('the contents are in the order of the README, and name each guide', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8')
  const [, table = ''] = readme.split('## Documentation')
  const rows = [...table.matchAll(/^\| ([a-z][\w ]+) \| /gm)].map(([, title]) => title)
  const titles = contents.map(({ title }) => title.toLowerCase()).filter(title => title !== 'with libraries')
  expect(titles).toEqual(rows.slice(0, titles.length))
  const named = new Set(contents.flatMap(({ entries }) => entries.map(([page]) => page)))
  const guides = readdirSync(`${root}docs/guides`).map(name => `guides/${name.replace('.md', '')}`)
  expect(guides.filter(guide => !named.has(guide))).toEqual([])
})

it('a page that the contents do not name is listed at their end, by its heading', () => {
  const [more] = complete(new Map([['guides/new.md', 'Text\n\n# The `new` one\n']])).slice(contents.length)
  expect(more).toEqual({ title: 'More', entries: [['guides/new', 'The new one']] })
})

it('a source that a page links to is a page, as it is', () => {
  const [path, content] = [...pages].find(([page]) => page.startsWith('source/test/')) ?? []
  expect(existsSync(`${root}${path?.replace(/^source\/(.*)\.md$/, '$1')}`)).toBe(true)
  expect(content && 'text' in content && content.text).toMatch(/^---\nsearch: false\n[\s\S]*````ts\n/)
})

it('an address on the site is relative, or put together from where the page is', () => {
  expect(relativeHtml('<head></head><a href="/__base__/guides/x.html">', 1)).toBe(
    '<head><script>__base=new URL("../",location.href).pathname</script></head><a href="../guides/x.html">',
  )
  expect(relativeHtml(String.raw`<script>d=JSON.parse("{\"base\":\"/__base__/\"}")</script>`, 0)).toBe(
    String.raw`<script>d=JSON.parse("{\"base\":\""+__base+"\"}")</script>`,
  )
  const dollar = '$'
  expect(relativeScript(`i("/__base__/a.js");j(\`/__base__/${dollar}{k}\`)`)).toBe(
    `i((__base+"a.js"));j(\`${dollar}{__base}${dollar}{k}\`)`,
  )
})
