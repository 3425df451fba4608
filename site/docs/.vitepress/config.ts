// How VitePress builds the site out of the pages that scripts/site lays out for it.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { slugify } from '../../../scripts/site/headings.js'
import { complete } from '../contents.js'

const pages = fileURLToPath(new URL('../.pages', import.meta.url))

const icon = readFileSync(`${pages}/public/icon.svg`).toString('base64')

/** Pages to read, as against the reference and what pages link to. */
const written = new Map(
  [...readdirSync(pages), ...readdirSync(`${pages}/guides`).map(name => `guides/${name}`)]
    .filter(path => path.endsWith('.md') && !['index.md', 'license.md'].includes(path))
    .map(path => [path, readFileSync(`${pages}/${path}`, 'utf8')]),
)

const reference = readdirSync(`${pages}/api/statepool`, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.md'))
  .map(path => path.replace(/\.md$/, ''))
  .sort()

export default {
  title: 'statepool',
  description: 'A connection pool for Node.js in which every connection is a statechart.',
  lang: 'en',
  srcDir: '.pages',
  outDir: '../dist',
  cacheDir: '../dist/.cache',
  base: process.env.SITE_BASE,
  cleanUrls: false,
  metaChunk: true,
  head: [
    // Not by an address: one that is relative would lead elsewhere on the next page.
    ['link', { rel: 'icon', href: `data:image/svg+xml;base64,${icon}`, type: 'image/svg+xml' }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  markdown: { anchor: { slugify } },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Overview', link: '/overview' },
      { text: 'Guides', link: '/guides/inspector', activeMatch: '/guides/' },
      { text: 'Reference', link: '/api/statepool', activeMatch: '/api/' },
      { text: 'Playground', link: '/playground/index.html', target: '_self' },
    ],
    sidebar: {
      '/api/': [
        {
          text: 'Reference',
          items: [
            { text: 'statepool', link: '/api/statepool' },
            ...reference.map(path => ({ text: `statepool/${path}`, link: `/api/statepool/${path}` })),
          ],
        },
      ],
      '/': complete(written).map(({ title, entries, closed }) => ({
        text: title,
        collapsed: closed ?? false,
        items: entries.map(([page, text]) => ({ text, link: `/${page.replace(/index$/, '')}` })),
      })),
    },
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'MIT license' },
  },
}
