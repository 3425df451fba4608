// The demo from its beginning to its end, as `npm start | cat` shows it.

import { expect, test } from 'vitest'
import { startDemo, startDemoFromSource } from './program.js'

const seconds = (text: string, row: string): number[] => {
  const line = text.split('\n').find(line => line.trim().startsWith(row)) ?? ''
  return [...line.matchAll(/([\d.]+) (ms|s)\b/g)].map(([, figure, unit]) =>
    unit === 's' ? Number(figure) : Number(figure) / 1_000,
  )
}

test('the demo plays its six scenes on a PostgreSQL of its own, measures, ends well, and leaves nothing behind', async () => {
  const demo = startDemoFromSource('--queries', '200', '--workers', '20')
  expect(await demo.ended()).toBe(0)
  const output = demo.output()
  expect(demo.errors()).toBe('')
  expect(demo.leftBehind()).toEqual([])

  expect(output.match(/^\d\. .*/gm)).toEqual([
    '1. Acquire and release',
    '2. use() and await using',
    '3. Several workers at once',
    '4. Exhaustion',
    '5. A load',
    '6. What pooling buys',
  ])
  expect(output).toContain('the next borrower got the same connection, and the transaction had been')
  expect(output).toMatch(/worker A gets connection-\d at once/)
  expect(output).toMatch(/worker F gets connection-\d after \d+ ms in the queue/)
  expect(output).toContain('AcquireTimeoutError: No connection became free within 500 ms')
  expect(output).toMatch(/What to do: release sooner/)
  expect(output).toMatch(/acquire\(\) got connection-\d after \d+ ms/)
  expect(output).toContain('connections created: 10; leases granted: 200; wrong answers: 0')
  expect(output).toMatch(/p50 +p90 +p99 +p99\.9 +max/)

  const [each = 0, pooled = 0] = seconds(output, 'simulated, one at a time')
  expect(each, 'a hundred connects of 100 ms, one after the other').toBeGreaterThan(10)
  expect(pooled).toBeLessThan(each / 5)
  const [onPostgres = 0, pooledOnPostgres = 0] = seconds(output, 'PostgreSQL, one at a time')
  expect(pooledOnPostgres).toBeLessThan(onPostgres)
  expect(output).toContain('Measured just now')

  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is asked
  expect(output, 'no colours and no moving bars in a pipe').not.toMatch(/[\u001b\r\u2588]/)
  expect(Math.max(...output.split('\n').map(line => line.length))).toBeLessThan(80)
})

test('the scenes that were asked for are the only ones', async () => {
  const demo = startDemo('--only', 'use', '--only', 'exhaustion')
  expect(await demo.ended()).toBe(0)
  expect(demo.output().match(/^\d\. .*/gm)).toEqual(['2. use() and await using', '4. Exhaustion'])
  expect(demo.leftBehind()).toEqual([])
})
