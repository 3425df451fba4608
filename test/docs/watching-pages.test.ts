// The guides on health, channels and logs name what there is: each finding, each channel, and each event that is worth a line or is not.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isEmitted, type PoolNotice } from '../../src/actors/watching/events.js'

const read = (path: string): string => readFileSync(path, 'utf8')

/** The members of a union of texts, as a source file has it. */
function membersOf(source: string, union: string): string[] {
  const [, members = ''] = new RegExp(`type ${union} =\\n((?: {2}\\| '[^']+'\\n)+)`).exec(source) ?? []
  return [...members.matchAll(/'([^']+)'/g)].map(([, member = '']) => member)
}

/** The types of all events, as the table in the source has them. */
const types = [...read('src/actors/watching/events.ts').matchAll(/^ {2}'([\w.]+)': (?:true|false),$/gm)].map(
  ([, type = '']) => type as PoolNotice['type'],
)

it('the guide on health has a row for each kind of finding, and no other', () => {
  const kinds = membersOf(read('src/actors/watching/diagnosis.ts'), 'FindingKind')
  expect(kinds.length).toBeGreaterThan(8)
  const rows = [...read('docs/guides/health.md').matchAll(/^\| `(?:degraded|down)` \| (.*?) \|/gm)]
  const named = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`(.+?)`/g)].map(([, kind]) => kind))
  expect([...new Set(named)].sort()).toEqual([...kinds].sort())
})

it('the guide on diagnostics channels names the channel of each change of state', () => {
  const guide = read('docs/guides/opentelemetry.md')
  expect(types.length).toBeGreaterThan(20)
  const missing = types.filter(type => isEmitted({ type }) && !guide.includes(`${type}\``))
  expect(missing).toEqual([])
})

it('the guide on logging has a level for each change of state, or says why it has none', () => {
  const guide = read('docs/guides/logging.md')
  const quiet = ['pool.resized', 'pool.evicted'] // an operator who acts does not need to be told
  const missing = types.filter(
    type => isEmitted({ type }) && !quiet.includes(type) && !guide.includes(`'${type}':`),
  )
  expect(missing).toEqual(['pool.heldBack'])
  expect(guide).toContain('`pool.heldBack`')
})
