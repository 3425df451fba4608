// A program that a page shows is an example, which the tests run. What is none is a fragment, and stands here, with what shows that it is right.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const pages = ['README.md', ...['docs', 'docs/guides'].flatMap(inFolder)]

function inFolder(folder: string): string[] {
  return readdirSync(folder).flatMap(name => (name.endsWith('.md') ? [`${folder}/${name}`] : []))
}

/** By page: how many blocks are no example, and where their content is tested. */
const fragments: Readonly<Record<string, readonly [number, string]>> = {
  'docs/guides/actor-system.md': [1, 'one import'],
  'docs/guides/fleet.md': [2, 'test/fleet/engines.test.ts, nats-outage.test.ts'],
  'docs/guides/adaptive-size.md': [1, 'test/pool/adaptive-size.test.ts'],
  'docs/guides/health.md': [1, 'a value: test/telemetry/health.test.ts'],
  'docs/guides/hooks.md': [1, 'test/postgres/tenants.test.ts'],
  'docs/guides/hosts.md': [1, 'test/mysql/hosts-failover.test.ts'],
  'docs/guides/inspect.md': [1, 'a line of examples/stately.ts'],
  'docs/guides/inspector.md': [3, 'test/inspector/options.test.ts, safety.test.ts, viewer.test.ts'],
  'docs/guides/overload.md': [1, 'test/pool/shed.test.ts'],
  'docs/production.md': [1, 'test/postgres/password-rotation.test.ts'],
}

it('each block of TypeScript or JavaScript is an example, or one of the fragments that stand here', () => {
  const found = pages.flatMap(page => {
    const blocks = readFileSync(page, 'utf8').matchAll(/(<!-- example: .*\n)?^```(ts|tsx|js)\n/gm)
    const unmarked = [...blocks].filter(([, mark]) => mark === undefined).length
    return unmarked === 0 ? [] : [[page, unmarked]]
  })
  const expected = Object.entries(fragments).map(([page, [count]]) => [page, count])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
})
