// Every pain has a row, and every row a test that exists.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const rows = readFileSync('docs/pains.md', 'utf8')
  .split('\n')
  .filter(line => /^\| \d/.test(line))
  .map(line => line.split('|').map(cell => cell.trim()))

it('each has a number of its own, counted from 1', () => {
  expect(rows.map(([, number]) => Number(number))).toEqual(
    Array.from({ length: rows.length }, (_, index) => index + 1),
  )
  expect(rows.length).toBeGreaterThanOrEqual(38)
})

it.each(rows.map(row => [row[1], row[5] ?? ''] as const))(
  'pain %s is shown by a test that exists',
  (_, shown) => {
    const [, path = '', , title] = /^\[[^\]]+\]\(\.\.\/([^)]+)\)( "([^"]+)")?$/.exec(shown) ?? []
    expect(existsSync(path), shown).toBe(true)
    if (title !== undefined) expect(readFileSync(path, 'utf8')).toContain(title)
  },
)
