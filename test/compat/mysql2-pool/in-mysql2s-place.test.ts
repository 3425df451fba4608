// A program that puts the drop-in's createPool into mysql2's place, in its module, has the drop-in everywhere.

import mysql2 from 'mysql2'
import promise from 'mysql2/promise'
import { afterEach, describe, expect, it } from 'vitest'
import { createPool } from '../../../src/db/mysql2/index.js'
import { createPool as createPromisePool } from '../../../src/db/mysql2/promise.js'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'

describe.skipIf(mariadbMissing())('createPool in the place of mysql2’s', () => {
  const originals = [mysql2.createPool, promise.createPool] as const
  const { create } = useMysqlPool()
  afterEach(() => {
    mysql2.createPool = originals[0]
    promise.createPool = originals[1]
  })

  it('creates pools of this package, which answer', async () => {
    mysql2.createPool = createPool as typeof mysql2.createPool
    promise.createPool = createPromisePool as typeof promise.createPool
    const pool = create({ connectionLimit: 2 })
    const [rows] = await pool.promise().query('SELECT 1 AS one')
    expect(rows).toEqual([{ one: 1 }])
    const face = promise.createPool('mysql://nobody@127.0.0.1:1/nowhere')
    expect(face).toHaveProperty('statepool')
    await face.end()
  })
})
