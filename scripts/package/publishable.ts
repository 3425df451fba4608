// `prepublishOnly`: whether the package may be published: its page in the registry leads to the source, to the documentation and to where bugs are reported.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What package.json says besides the code. */
type Manifest = Readonly<Record<string, unknown>>

const wanted: Readonly<Record<string, string>> = {
  repository: '"repository": { "type": "git", "url": "git+https://…/statepool.git" }',
  homepage: '"homepage": "https://…"',
  bugs: '"bugs": { "url": "https://…/issues" }',
}

/** What keeps the package from being published, in words; undefined if nothing does. */
export function obstacleOf(manifest: Manifest): string | undefined {
  const missing = Object.keys(wanted).filter(field => !isAddress(manifest[field]))
  if (missing.length === 0) return undefined
  return [
    `package.json does not say where ${list(missing)} ${missing.length === 1 ? 'is' : 'are'}, so the package is not published.`,
    'Put in, with the addresses of the place where the repository is kept:',
    ...missing.map(field => `  ${wanted[field]}`),
  ].join('\n')
}

/** An address on the web, as npm takes it: a text, or an object with a `url`. */
function isAddress(value: unknown): boolean {
  const url = typeof value === 'object' && value !== null ? (value as { url?: unknown }).url : value
  if (typeof url !== 'string') return false
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  return /^(git\+)?https:$/.test(protocol) && hostname.includes('.') && !/(^|\.)example(\.|$)/.test(hostname)
}

const list = (names: readonly string[]): string => names.join(', ').replace(/, ([^,]*)$/, ' and $1')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const obstacle = obstacleOf(manifest)
  if (obstacle !== undefined) {
    console.error(obstacle)
    process.exitCode = 1
  }
}
