// One changed import is all: what programs have from 'mysql2' and 'mysql2/promise' beside createPool goes on as it was.

import originals from 'mysql2'
import promises, { type Pool as PromisePool, type ResultSetHeader } from 'mysql2/promise'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import mysql, { createPool, format, type RowDataPacket } from '../../../src/db/mysql2/index.js'
import mysqlPromise, {
  createPool as createPromisePool,
  type ResultSetHeader as Header,
} from '../../../src/db/mysql2/promise.js'

const ended: { end(): unknown }[] = []
const kept = <P extends { end(): unknown }>(pool: P): P => {
  ended.push(pool)
  return pool
}
afterEach(async () => {
  await Promise.all(ended.splice(0).map(pool => pool.end()))
})

describe('the default export', () => {
  it.each([
    ['mysql2', mysql, originals, createPool],
    ['mysql2/promise', mysqlPromise, promises, createPromisePool],
  ])('is %s with another createPool', (_, ours, theirs, create) => {
    expect(ours.createPool).toBe(create)
    expect(ours.createConnection).toBe(theirs.createConnection)
    expect(Object.keys(ours)).toEqual(Object.keys(theirs))
    expect({ ...ours }).toEqual(expect.objectContaining({ Types: theirs.Types, format: theirs.format }))
  })

  it('makes promise pools by either name', () => {
    const { createPoolPromise } = mysql as unknown as { createPoolPromise: typeof createPromisePool }
    expect(kept(createPoolPromise({})).pool).toHaveProperty('statepool')
  })

  it('has their types, as a namespace has them', () => {
    const pool: mysqlPromise.Pool = kept(mysqlPromise.createPool({}))
    expectTypeOf(pool).toExtend<PromisePool>()
    expectTypeOf<mysqlPromise.RowDataPacket>().toEqualTypeOf<mysql.RowDataPacket>()
    expectTypeOf<RowDataPacket>().toEqualTypeOf<mysql.RowDataPacket>()
    expectTypeOf<Header>().toEqualTypeOf<ResultSetHeader>()
    const core: mysql.Pool = kept(mysql.createPool({}))
    expect(core).toBeInstanceOf((originals as unknown as { Pool: new () => unknown }).Pool)
  })
})

it('what is imported by its name is the original', () => {
  expect(format).toBe(originals.format)
})
