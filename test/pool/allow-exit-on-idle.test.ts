// An idle pool lets the process end, if asked to; a busy one does not. (Real processes on a real database, in real time.)

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, inject, it } from 'vitest'
import { bundle } from '../support/bundle.js'

const program = await bundle('test/support/programs/pool-at-rest.ts')
const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** Starts the program, and resolves when it has done what it does and its pool is in the situation. */
async function reach(situation: string): Promise<ChildProcess> {
  const { host, port, user, password, database } = inject('postgres')
  const config = JSON.stringify({ host, port, user, password, database, application_name: 'pool at rest' })
  const child = spawn(process.execPath, [program, situation, config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

it.each(['idle', 'used', 'used in a transaction', 'closed', 'closed under a lease', 'refused'])(
  'ends by itself when the pool is %s',
  async situation => {
    const child = await reach(situation)
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
    expect(code).toBe(0)
  },
)

it.each(['busy', 'idle, not allowed', 'refused, ready() awaited'])(
  'goes on when the pool is %s',
  async situation => {
    const child = await reach(situation)
    await pause(700)
    expect(child.exitCode).toBe(null)
  },
)
