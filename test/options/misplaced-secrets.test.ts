// A connection string in the wrong place is refused without being shown: messages end up in logs.

import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const secrets = [
  'postgres://web:hunter2@db.internal/app',
  'web:hunter2@tcp://db.internal/app',
  'host=db.internal user=web password=hunter2',
  'Server=db.internal;User=web;Pwd=hunter2',
  'hunter2',
]
const connectionStrings = secrets.slice(0, -1)

function expectSilence(error: unknown): void {
  expect(error).toBeInstanceOf(OptionsError)
  const { message, value } = error as OptionsError
  expect([message, inspect(error), JSON.stringify(error), String(value)].join('\n')).not.toContain('hunter2')
}

function refusalOf(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('It was taken.')
}

it.each(secrets)('%j instead of options', async secret => {
  const { pool } = poolInSimulatedTime()
  expectSilence(refusalOf(() => createPool(simulated(), secret as never)))
  expectSilence(refusalOf(() => createPool(simulated(), [secret] as never)))
  expectSilence(refusalOf(() => simulated(secret as never)))
  expectSilence(refusalOf(() => pool.resize(secret as never)))
  expectSilence(await pool.acquire(secret as never).catch(error => error))
  expectSilence(await pool.use(() => {}, secret as never).catch(error => error))
  expectSilence(await pool.close(secret as never).catch(error => error))
})

it.each(connectionStrings)('%j instead of a number or a function', async secret => {
  const { pool } = poolInSimulatedTime()
  for (const name of ['max', 'acquireTimeout', 'validateAfter', 'clock', 'random', 'allowExitOnIdle']) {
    expectSilence(refusalOf(() => createPool(simulated(), { [name]: secret })))
  }
  expectSilence(await pool.acquire({ timeout: secret as never }).catch(error => error))
  expectSilence(await pool.acquire({ priority: secret as never }).catch(error => error))
})

it('an object with a secret in it instead of a number, a text or a function', () => {
  for (const name of ['max', 'name', 'whenDown', 'random', 'clock', 'share'])
    for (const value of [{ password: 'hunter2' }, ['hunter2']])
      expectSilence(refusalOf(() => createPool(simulated(), { [name]: value as never })))
})

it('says of what type it was', () => {
  expect(() => createPool(simulated(), 'postgres://' as never)).toThrow('got a string')
  expect(() => createPool(simulated(), [] as never)).toThrow('got an array')
  expect(() => createPool(simulated(), null as never)).toThrow('got null')
})

it('still shows a value that can be no secret', () => {
  expect(() => createPool(simulated(), { max: '10' as never })).toThrow('got "10"')
})
