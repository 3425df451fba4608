// What can be asked of the demo, and how it refuses what cannot.

import { describe, expect, test } from 'vitest'
import { startDemo } from './program.js'

test('--help explains every option, the scenes and how to call it, and starts nothing', async () => {
  const demo = startDemo('--help')
  expect(await demo.ended()).toBe(0)
  for (const text of [
    '--url',
    '--queries',
    '--workers',
    '--only',
    'exhaustion',
    'npm start -- --only load',
  ]) {
    expect(demo.output()).toContain(text)
  }
  expect(demo.errors()).toBe('')
  expect(demo.leftBehind()).toEqual([])
})

describe('a mistake is refused with exit code 2, a reason and the way to the help', () => {
  test.each([
    [
      'a number of queries that is none',
      ['--queries', 'many'],
      "'many' is invalid. It must be an integer from 1",
    ],
    ['no queries', ['--queries', '0'], 'It must be an integer from 1 to 10,000,000'],
    ['half a worker', ['--workers', '0.5'], 'It must be an integer from 1 to 10,000'],
    ['a scene that there is not', ['--only', 'lunch'], 'Allowed choices are acquire, use, workers'],
    ['an option that there is not', ['--worker', '3'], "unknown option '--worker'"],
    ['an argument that belongs to nothing', ['load'], 'too many arguments'],
    ['an option without its value', ['--url'], "option '--url <url>' argument missing"],
    ["another database's URL", ['--url', 'mysql://root:hunter2@db/app'], 'speaks PostgreSQL only'],
    ['a URL that is none', ['--url', 'postgres://me:hunter2@db:port/app'], 'it is not a valid URL'],
    ['a URL where none belongs', ['--database=postgres://me:hunter2@db/app'], 'postgres://me:***@db/app'],
  ])('%s', async (_, given, reason) => {
    const demo = startDemo(...given)
    expect(await demo.ended()).toBe(2)
    expect(demo.errors()).toContain(reason)
    expect(demo.errors()).toContain('Try: npm start -- --help')
    expect(demo.output() + demo.errors()).not.toContain('hunter2')
    expect(demo.output()).toBe('')
  })
})
