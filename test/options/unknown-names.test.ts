// A name that is not an option is refused, with the option that was probably meant, and never with its value.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nearestName } from '../../src/core/names.js'
import { messageOf } from '../../src/core/wording.js'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError, type PoolOptions } from '../../src/index.js'

function refusalOf(options: object): OptionsError {
  const driver = simulated()
  try {
    createPool(driver, options as PoolOptions)
  } catch (error) {
    expect(driver.database.totals.connects).toBe(0)
    return error as OptionsError
  }
  throw new Error('createPool took it.')
}

it.each([
  ['Max', 'max'],
  ['maximum', 'max'],
  ['acquireTimeoutMillis', 'acquireTimeout'],
  ['conectTimeout', 'connectTimeout'],
  ['idleTimeoutMillis', 'idleTimeout'],
  ['maxWaitingClients', 'maxWaiting'],
  ['maxLifeTime', 'maxLifetime (in milliseconds)'],
  ['validate_after', 'validateAfter'],
  ['allowExitOnidle', 'allowExitOnIdle'],
  ['keepAlive', 'keepalive'],
  ['idleTimeoutMs', 'idleTimeout'],
])('%s: did you mean %s?', (name, meant) => {
  const error = refusalOf({ [name]: 1 })
  expect(error).toBeInstanceOf(OptionsError)
  expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: name })
  expect(messageOf(error)).toBe(`createPool has no option "${name}"; did you mean ${meant}?`)
})

it('a name that is like none is answered with all that there are', () => {
  const { message } = refusalOf({ connectionString: 'postgres://u:hunter2@h/d' })
  expect(message).toContain('Its options are: min, max, acquireTimeout')
  expect(message).toContain('validateAfter')
})

it('is not taken for max or min because it begins with one of them', () => {
  for (const name of ['maxStatements', 'max_cached_statements', 'minPartitions'])
    expect(refusalOf({ [name]: 1 }).message).toContain('Its options are: min, max, acquireTimeout')
})

it('never shows the value, which may be a secret in the wrong place', () => {
  for (const name of ['password', 'pasword', 'connectionString', 'maxx', 'token']) {
    const error = refusalOf({ [name]: 'hunter2-secret' })
    const shown = [
      error.message,
      error.stack,
      String(error),
      JSON.stringify(error),
      JSON.stringify({ ...error }),
    ]
    expect(shown.join('\n')).not.toContain('hunter2')
  }
})

it('is unmoved by an undefined value: the name is wrong all the same', () => {
  expect(refusalOf({ maxx: undefined }).option).toBe('maxx')
})

it('finds a name again after any single slip of the keyboard', () => {
  const names = ['min', 'max', 'acquireTimeout', 'idleTimeout', 'maxLifetime', 'validateAfter', 'keepalive']
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
  const long = names.filter(name => name.length > 3)
  fc.assert(
    fc.property(
      fc.constantFrom(...long),
      fc.nat(30),
      letter,
      fc.constantFrom(0, 1),
      (name, place, typed, cut) => {
        const at = place % (name.length + 1)
        expect(nearestName(name.slice(0, at) + typed + name.slice(at + cut), names)).toBe(name)
      },
    ),
  )
})
