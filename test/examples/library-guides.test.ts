// The guides to libraries show only what runs: regions of examples, which on-postgres.test.ts runs.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it.each([
  ['kysely', ['pool', 'transactions', 'stream', 'end']],
  ['drizzle', ['pool', 'transactions', 'prepared', 'end']],
  ['knex', ['pool', 'transactions', 'stream', 'timeout', 'end']],
  ['typeorm', ['pool', 'underneath', 'transactions', 'end']],
  ['prisma', ['pool', 'transactions', 'end']],
  ['pg-boss', ['pool', 'transactions', 'work', 'end']],
  ['graphile-worker', ['pool', 'transactions', 'end']],
  ['connect-pg-simple', ['pool', 'end']],
  ['objection', ['pool', 'transactions', 'end']],
  ['pg-promise', ['pool', 'transactions', 'end']],
  ['sequelize', ['pool', 'transactions', 'end']],
  ['zapatos', ['pool', 'transactions', 'end']],
  ['rate-limiter-flexible', ['pool', 'use', 'end']],
])('%s.md shows its example, and no other code', (name, regions) => {
  const guide = readFileSync(`docs/guides/${name}.md`, 'utf8')
  const shown = [...guide.matchAll(/(?:<!-- example: (?<example>\S+) -->\n)?```\w+\n/g)]
  expect(shown.map(({ groups }) => groups?.example)).toEqual(
    regions.map(region => `examples/${name}.ts#${region}`),
  )
})
