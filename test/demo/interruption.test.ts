// The demo is stopped before its end: it says so in a line, with the exit code that shells expect, and leaves nothing behind.

import { describe, expect, test } from 'vitest'
import { until } from '../support/until.js'
import { startDemo, startDemoByShell, startDemoIn } from './program.js'

describe('Ctrl-C', () => {
  test.each([
    ['when PostgreSQL has just come up', 'is up on', []],
    ['in a scene that holds leases', 'waits …', ['--only', 'exhaustion']],
    ['under load', 'A load', ['--only', 'load', '--queries', '1000000']],
    ['between connects without a pool', 'What pooling buys', ['--only', 'pooling']],
  ])('%s', async (_, moment, given) => {
    const demo = startDemo(...given)
    await demo.shows(moment)
    demo.process.kill('SIGINT')
    expect(await demo.ended()).toBe(130)
    expect(demo.output()).toMatch(/\nStopped by Ctrl-C: .*\.\n$/)
    expect(demo.errors()).toBe('')
    expect(demo.leftBehind()).toEqual([])
  })

  test('while PostgreSQL is made', async () => {
    const demo = startDemoIn({ STATEPOOL_POSTGRES_TEMPLATE: undefined })
    await demo.shows('starting a PostgreSQL')
    demo.process.kill('SIGINT')
    expect(await demo.ended()).toBe(130)
    expect(demo.output()).toMatch(/\nStopped by Ctrl-C: .*\.\n$/)
    expect(demo.errors()).toBe('')
    expect(demo.leftBehind()).toEqual([])
  })

  test('that arrives twice from one press, by way of npm, is one', async () => {
    const demo = startDemo('--only', 'load', '--queries', '1000000')
    await demo.shows('A load')
    demo.process.kill('SIGINT')
    demo.process.kill('SIGINT')
    expect(await demo.ended()).toBe(130)
    expect(demo.output()).not.toContain('Stopped at once')
    expect(demo.leftBehind()).toEqual([])
  })
})

test('a second Ctrl-C does not wait for a server that does not stop, and nothing is left behind all the same', async () => {
  const demo = startDemo('--only', 'load', '--queries', '1000000')
  await demo.shows('A load')
  const server = demo.server()
  process.kill(server, 'SIGSTOP') // it hangs
  demo.process.kill('SIGINT')
  await demo.shows('Ctrl-C again stops at once')
  demo.process.kill('SIGINT')
  expect(await demo.ended()).toBe(130)
  expect(demo.output()).toContain('Stopped at once by Ctrl-C')
  process.kill(server, 'SIGCONT') // or the guard would wait for ten seconds before it kills it
  await until(() => demo.leftBehind().length === 0, 'the guard has removed what was left')
})

test('SIGTERM stops it as well', async () => {
  const demo = startDemo('--only', 'workers')
  await demo.shows('worker A gets')
  demo.process.kill('SIGTERM')
  expect(await demo.ended()).toBe(143)
  expect(demo.output()).toContain('Stopped by SIGTERM')
  expect(demo.leftBehind()).toEqual([])
})

test('it stops when npm was killed, of which no signal tells', async () => {
  const demo = startDemoByShell('--only', 'load', '--queries', '1000000')
  await demo.shows('A load')
  demo.process.kill('SIGKILL') // the shell that npm runs it in
  await demo.ended()
  expect(demo.output()).toContain('Stopped by the end of npm: connections closed')
  expect(demo.leftBehind()).toEqual([])
})

test('a reader that goes away ends it quietly, and long before its time', async () => {
  const demo = startDemo('--queries', '10000000')
  await demo.shows('is up on')
  demo.process.stdout?.destroy()
  expect(await demo.ended()).toBe(0)
  expect(demo.errors()).toBe('')
  expect(demo.leftBehind()).toEqual([])
})
