// `npx tsx bench/sizing.ts`: measures how throughput depends on the size of the pool, into docs/bench/sizing.json, and draws it for docs/production.md.
// With --draw it only draws what was measured. Another server than the embedded one: --url postgres://….

import { readFile, writeFile } from 'node:fs/promises'
import { startPostgres } from '../support/postgres-server.js'
import { drawSizing, tableOfSizing } from './sizing/draw.js'
import { measureSizing, type Sizing } from './sizing/measure.js'

const inDocs = (path: string): URL => new URL(`../docs/${path}`, import.meta.url)
const [, , ...given] = process.argv
const url = given[given.indexOf('--url') + 1]

if (!given.includes('--draw'))
  await writeFile(inDocs('bench/sizing.json'), `${JSON.stringify(await measured(), undefined, 1)}\n`)
const sizing: Sizing = JSON.parse(await readFile(inDocs('bench/sizing.json'), 'utf8'))
await writeFile(inDocs('bench/sizing.svg'), drawSizing(sizing, 'light'))
await writeFile(inDocs('bench/sizing-dark.svg'), drawSizing(sizing, 'dark'))
const page = await readFile(inDocs('production.md'), 'utf8')
const region = /(<!-- sizing: .* -->\n)[\s\S]*?(<!-- end of sizing -->)/
if (!region.test(page)) throw new Error('docs/production.md has no place for the table.')
await writeFile(inDocs('production.md'), page.replace(region, `$1\n${tableOfSizing(sizing)}\n\n$2`))

async function measured(): Promise<Sizing> {
  if (given.includes('--url') && url !== undefined) return measureSizing(url)
  const server = await startPostgres()
  try {
    return await measureSizing(server.connectionString)
  } finally {
    await server.stop()
  }
}
