// The plot and the table of how large a pool should be show what was measured.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { drawSizing, kneeOf, tableOfSizing } from '../../bench/sizing/draw.js'
import type { Point, Sizing } from '../../bench/sizing/measure.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const sizing: Sizing = JSON.parse(read('docs/bench/sizing.json'))

it('the table has the figures (else: npx tsx bench/sizing.ts --draw)', () => {
  expect(read('docs/production.md')).toContain(`\n${tableOfSizing(sizing)}\n`)
})

it('the plot has a line for each axis and marks the knee, in both themes', () => {
  for (const [theme, file] of [
    ['light', 'docs/bench/sizing.svg'],
    ['dark', 'docs/bench/sizing-dark.svg'],
  ] as const) {
    const texts = (svg: string) => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text)
    expect(existsSync(file)).toBe(true)
    expect(texts(read(file))).toEqual(texts(drawSizing(sizing, theme)))
    for (const { points } of sizing.loads)
      expect(texts(read(file))).toContain(`95 % at ${kneeOf(points).max}`)
  }
})

it('the knee is the smallest pool with nearly the best throughput', () => {
  const point = (max: number, rate: number): Point => ({ max, rate, query: 1, median: 1, p99: 1 })
  expect(kneeOf([point(1, 50), point(2, 96), point(4, 100), point(8, 99)]).max).toBe(2)
})
