// A driver is checked when the pool is created: its optional parts too, which would otherwise fail much later.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError } from '../../src/index.js'

function refusalOf(driver: object): OptionsError {
  try {
    createPool(driver as never)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return error as OptionsError
  }
  throw new Error('createPool took it.')
}

it.each([undefined, '', 5, null, {}])('the name %j is refused', name => {
  const error = refusalOf({ ...simulated(), name })
  expect(error.option).toBe('driver')
  expect(error.message).toContain('no name')
})

it('one without a name is refused for that first', () => {
  const { share: _none, ...driver } = simulated()
  expect(() => createPool({ ...driver, name: undefined } as never, { share: true })).toThrow('no name')
})

/** As the contract has them. */
const [, contract = ''] = readFileSync('src/db/driver.ts', 'utf8').split('export interface Driver<C> {')
const optional = [...contract.matchAll(/^ {2}(\w+)\?\(/gm)].map(([, method = '']) => method)

it('the contract has optional methods', () => {
  expect(optional).toContain('isUsable')
})

it.each(optional)('%s that is not a function is refused, and not shown', method => {
  for (const value of [true, null, 'postgres://u:hunter2@h/d', {}]) {
    const error = refusalOf({ ...simulated(), [method]: value })
    expect(error).toMatchObject({ option: 'driver', value: undefined })
    expect(error.message).toContain(`${method} is not a function`)
    expect(error.message).not.toContain('hunter2')
  }
})

it('all of them may be left out', async () => {
  const { name, connect, validate, close, destroy } = simulated()
  const absent = Object.fromEntries(optional.map(method => [method, undefined]))
  for (const driver of [
    { name, connect, validate, close, destroy },
    { name, connect, validate, close, destroy, ...absent },
  ]) {
    const pool = createPool(driver, { min: 0 })
    await pool.close()
  }
})

it('methods may come from a class', async () => {
  const inner = simulated()
  class Own {
    readonly name = 'own'
    connect = inner.connect
    validate = inner.validate
    close = inner.close
    destroy = inner.destroy
    describe(): string {
      return 'own'
    }
  }
  await createPool(new Own(), { min: 0 }).close()
})

it.each([
  [null, 'share is not an object'],
  [{}, 'share has no mayShare() method'],
  [{ ...simulated().share, send: undefined }, 'share has no send() method'],
  [{ ...simulated().share, cancel: true }, 'share.cancel is not a function'],
])('a driver whose share is %j is refused when the pool is created', (unfit, words) => {
  const driver = { ...simulated(), share: unfit }
  expect(() => createPool(driver as never, { share: true })).toThrow(OptionsError)
  expect(() => createPool(driver as never, { share: true })).toThrow(words)
})
