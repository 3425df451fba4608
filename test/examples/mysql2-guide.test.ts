// The guide to MySQL shows the examples, to the letter, and every option; that the examples run, on-mariadb.test.ts shows.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { poolLimits } from '../../src/db/mysql2/driver/config.js'
import { own } from '../../src/db/mysql2/drop-in/options.js'

const guide = readFileSync('docs/guides/mysql2.md', 'utf8')
const programs = [...guide.matchAll(/(?:<!-- example: (?<file>\S+) -->\n)?```ts\n(?<code>[\s\S]*?)```/g)]

it('shows the driver and three libraries', () => {
  expect(programs.map(({ groups }) => groups?.file)).toEqual(
    ['mysql2', 'mysql2-kysely', 'mysql2-drizzle', 'mysql2-knex'].map(name => `examples/${name}.ts`),
  )
})

it.each(programs.map(({ groups }) => [groups?.file, groups?.code]))(
  'shows %s as it is, but for the line that says what it is',
  (file, code) => {
    const [, ...rest] = readFileSync(file as string, 'utf8').split('\n\n')
    expect(code).toBe(rest.join('\n\n'))
  },
)

it.each([...poolLimits, ...own])('has a row for the option %s', name => {
  expect(guide).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'))
})
