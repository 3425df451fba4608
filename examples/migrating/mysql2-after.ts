// The same program on statepool. Run it with `DATABASE_URL=mysql://… npx tsx examples/migrating/mysql2-after.ts`.

import type { RowDataPacket } from 'mysql2/promise'
import { createPool } from 'statepool'
import { mysql } from 'statepool/mysql2'

const pool = createPool(mysql({ uri: process.env.DATABASE_URL }), {
  min: 0,
  max: 10,
  maxWaiting: 100,
  idleTimeout: 30_000,
})

const [rows] = await pool.use(connection => connection.query<RowDataPacket[]>('select 6 * 7 as answer'))
console.log('answer:', rows[0]?.answer)

const balance = await pool.transaction(async connection => {
  await connection.query('create temporary table account engine = InnoDB select 100 as balance')
  await connection.execute('update account set balance = balance - ?', [1])
  const [rows] = await connection.query<RowDataPacket[]>('select balance from account')
  return rows[0]?.balance
})
console.log('balance:', balance)

await pool.close()
