// The page on going live draws every time that the pool keeps, with its default.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const page = readFileSync('docs/production.md', 'utf8')
const [, drawing = ''] = /## Every timeout[^\n]*\n+```\n([\s\S]*?)```/.exec(page) ?? []
const [, table = ''] =
  /<!-- options:start -->([\s\S]*?)<!-- options:end -->/.exec(readFileSync('README.md', 'utf8')) ?? []

/** The options that are times with a default. */
const times = [
  ...table.matchAll(/^\| `(\w+Timeout|maxLifetime|keepalive|validateAfter)` \| .* \| (\d[\d,]*)[;( ]/gm),
].map(([, name = '', value = '']) => ({ name, seconds: Number(value.replaceAll(',', '')) / 1_000 }))

/** As the drawing writes it: `0.5 s`, `5 min`. */
const written = (seconds: number): string => (seconds >= 120 ? `${seconds / 60} min` : `${seconds} s`)

it('names each option that is a time, with its default', () => {
  expect(times.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['acquireTimeout', 'connectTimeout', 'idleTimeout', 'keepalive', 'maxLifetime']),
  )
  const missing = times.filter(({ name, seconds }) => !drawing.includes(`${name} ${written(seconds)}`))
  expect(missing.map(({ name, seconds }) => `${name} ${written(seconds)}`)).toEqual([])
  expect(drawing).toContain('leakWarning')
})
