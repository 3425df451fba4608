// Processes that were stopped by SIGSTOP go on, also when whoever stopped them is gone.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { signal, suspend } from '../../support/postgres-server/suspend.js'
import { bundle } from './bundle.js'
import { until } from './until.js'

const program = await bundle('test/support/programs/suspend.ts')
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Says a line each time it gets to it; one that stands still says nothing. */
async function startTicker(): Promise<{ pid: number; ticks(): Promise<number> }> {
  const child = spawn(process.execPath, ['-e', "setInterval(() => console.log('tick'), 5)"])
  children.push(child)
  let ticks = 0
  child.stdout.on('data', () => ticks++)
  await until(() => ticks > 0, 'it ticks')
  return {
    pid: child.pid ?? 0,
    async ticks() {
      await new Promise(resolve => setTimeout(resolve, 60)) // what was in the pipe has been read by then
      const before = ticks
      await new Promise(resolve => setTimeout(resolve, 60))
      return ticks - before
    },
  }
}

describe('a suspended process', () => {
  it('stands still until it is resumed', async () => {
    const ticker = await startTicker()
    const suspended = await suspend([ticker.pid])
    expect(await ticker.ticks()).toBe(0)
    await suspended.resume()
    await until(async () => (await ticker.ticks()) > 0, 'it goes on')
    await suspended.resume()
  })

  it('goes on when the one who stopped it was killed', async () => {
    const ticker = await startTicker()
    const child = spawn(process.execPath, [program, String(ticker.pid)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    await once(child.stdout, 'data')
    expect(await ticker.ticks()).toBe(0)
    child.kill('SIGKILL')
    await until(async () => (await ticker.ticks()) > 0, 'it goes on')
  })

  it('may have ended before', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    expect(() => signal(child.pid ?? 0, 'SIGCONT')).not.toThrow()
  })
})
