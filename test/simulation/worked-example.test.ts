// The worked example of docs/testing.md: the leak is found, and the fixed code survives.

import { expect, test } from 'vitest'
import { runExample } from '../examples/program.js'

test('find-a-race.ts finds the leak within 300 seeds, and nothing in the code that is fixed', async () => {
  const { code, output, errors } = await runExample('find-a-race')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output[0]).toMatch(/^Seed \d+: all clients are done without releasing lease/)
  expect(output.join('\n')).toContain('To see it again: simulate({ seed: ')
  expect(output.at(-1)).toBe('copySafely survives 300 seeds')
})
