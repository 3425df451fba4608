// A deadline is judged after the news is read: an answer that arrived while the event loop was blocked is in time.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { forUpkeep, systemClock } from '../../src/core/clock.js'

const open: (Server | Socket)[] = []

afterEach(() => {
  for (const each of open.splice(0)) 'close' in each ? each.close() : each.destroy()
})

/** A socket to a server in this process: what is written to `far` arrives at `near`. */
async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as { port: number }).port, '127.0.0.1')
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    [Socket],
    unknown,
  ]
  open.push(server, near, far)
  return { near, far }
}

const block = (time: number): void => {
  const until = performance.now() + time
  while (performance.now() < until);
}

it('an answer that is in the socket’s buffer when the deadline is judged cancels it', async () => {
  const { near, far } = await pair()
  const told: string[] = []
  const timer = systemClock.setTimeout(() => told.push('deadline'), 20)
  near.once('data', () => {
    told.push('answer')
    systemClock.clearTimeout(timer)
  })
  far.write('answer')
  block(60)
  await new Promise(resolve => setTimeout(resolve, 90))
  expect(told).toEqual(['answer'])
})

it('what takes several round trips gets the time back that it lost', async () => {
  const { near, far } = await pair()
  const told: string[] = []
  const timer = systemClock.setTimeout(() => told.push('deadline'), 200)
  far.on('data', data => far.write(data))
  let trips = 0
  near.on('data', () => {
    if (++trips < 3) return near.write('again')
    told.push('answer')
    return systemClock.clearTimeout(timer)
  })
  near.write('first')
  block(400)
  await vi.waitFor(() => expect(told).not.toEqual([]), 5_000)
  expect(told).toEqual(['answer'])
})

it('a deadline without news still passes, and one that was cleared never does', async () => {
  const told: string[] = []
  const cleared = systemClock.setTimeout(() => told.push('cleared'), 1)
  systemClock.setTimeout(() => told.push('deadline'), 5)
  systemClock.clearTimeout(cleared)
  block(70)
  await vi.waitFor(() => expect(told).toEqual(['deadline']), 5_000)
})

it('timers that were held up together ring in their order', async () => {
  const told: number[] = []
  for (let number = 0; number < 50; number++) systemClock.setTimeout(() => told.push(number), 20 + number / 5)
  block(75) // some are late by more than 50 ms, some by less
  await vi.waitFor(() => expect(told).toHaveLength(50), 5_000)
  expect(told).toEqual([...told].sort((a, b) => a - b))
})

it('what no news changes rings in the order of the process’s own timers', async () => {
  let told: string[] = []
  let took = 0
  do {
    await new Promise(setImmediate) // a timer of the turn before may have been held up, and this turn with it
    const began = performance.now()
    const heard: string[] = [] // of this round: a timer of the round before may still ring
    told = heard
    forUpkeep(systemClock).setTimeout(() => heard.push('upkeep'), 1)
    await new Promise<void>(resolve => {
      setTimeout(() => resolve(void heard.push('the process’s own')), 2)
      block(5)
    })
    took = performance.now() - began
  } while (took > 40) // the machine was held up itself
  expect(told).toEqual(['upkeep', 'the process’s own'])
})

it('but not when the loop was blocked for long: then what was held up gets the time back', async () => {
  const told: string[] = []
  forUpkeep(systemClock).setTimeout(() => told.push('upkeep'), 100)
  setTimeout(() => told.push('the process’s own'), 110)
  block(250)
  await vi.waitFor(() => expect(told).toHaveLength(2), 5_000)
  expect(told).toEqual(['the process’s own', 'upkeep'])
})

it('a timer that got its time back does not count as held up when it rings: others of that turn keep their order', async () => {
  let told: string[] = []
  let took = 0
  do {
    forUpkeep(systemClock).setTimeout(() => {}, 10)
    block(75)
    await new Promise(resolve => setTimeout(resolve, 1)) // it was held up, and gets 10 ms back
    await new Promise(setImmediate)
    const began = performance.now()
    const heard: string[] = []
    told = heard
    forUpkeep(systemClock).setTimeout(() => heard.push('upkeep'), 12)
    await new Promise<void>(resolve => {
      setTimeout(() => resolve(void heard.push('the process’s own')), 13)
      block(20)
    })
    took = performance.now() - began
  } while (took > 40) // the machine was held up itself
  expect(told).toEqual(['upkeep', 'the process’s own'])
})

it('a clock of the application’s own has one kind of timer', () => {
  const own = { ...systemClock }
  expect(forUpkeep(own)).toBe(own)
})

it('a test runner’s timers ring when it says so', () => {
  vi.useFakeTimers()
  try {
    const told: string[] = []
    systemClock.setTimeout(() => told.push('deadline'), 100)
    vi.advanceTimersByTime(100)
    expect(told).toEqual(['deadline'])
  } finally {
    vi.useRealTimers()
  }
})
