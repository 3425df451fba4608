// npm run site: the docs, the reference and the playground as a static site in site/dist, for any host and any path on it.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPlayground } from '../page/build.js'
import { checkLinks } from './dead-links.js'
import { type Content, pagesOf } from './pages.js'
import { makeRelative, placeholder } from './relative.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const generator = join(root, 'site/docs')
const pages = join(generator, '.pages')
const built = join(root, 'site/dist')

/** VitePress and what it needs: fetched when the site is built for the first time, and when its lock file has changed. */
function install(): void {
  const installed = join(generator, 'node_modules/.package-lock.json')
  const lock = join(generator, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: generator, stdio: 'inherit' })
}

function layOut(contents: ReadonlyMap<string, Content>): void {
  rmSync(pages, { recursive: true, force: true })
  for (const [path, content] of contents) {
    const target = join(pages, path)
    mkdirSync(dirname(target), { recursive: true })
    if ('copyOf' in content) cpSync(join(root, content.copyOf), target)
    else writeFileSync(target, content.text)
  }
  mkdirSync(join(pages, 'public'), { recursive: true })
  cpSync(join(root, 'src/inspector/page/icon.svg'), join(pages, 'public/icon.svg'))
  for (const theme of ['light', 'dark'])
    cpSync(join(root, `docs/images/inspector-${theme}.png`), join(pages, `public/inspector-${theme}.png`))
}

/** What pages link to and do not show: the generator keeps only the pictures that are shown, under names of its own. */
function copyAssets(contents: ReadonlyMap<string, Content>): void {
  for (const [path, content] of contents)
    if ('copyOf' in content) cpSync(join(root, content.copyOf), join(built, path))
}

install()
const contents = pagesOf(root)
layOut(contents)
// Before the pages, so that links to it are checked as well.
await buildPlayground(join(pages, 'public/playground'))
rmSync(built, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [join(generator, 'node_modules/vitepress/bin/vitepress.js'), 'build', generator],
  {
    stdio: 'inherit',
    env: { ...process.env, SITE_BASE: placeholder },
  },
)
makeRelative(built)
copyAssets(contents)
checkLinks(built)
console.log('The site is in site/dist: put it on any static host.')
