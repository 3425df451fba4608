// With mysql2's pool. Run it with `DATABASE_URL=mysql://… npx tsx examples/migrating/mysql2-before.ts`.

import mysql2, { type RowDataPacket } from 'mysql2/promise'

const pool = mysql2.createPool({
  uri: process.env.DATABASE_URL ?? '',
  connectionLimit: 10,
  queueLimit: 100,
  maxIdle: 9, // or the idleTimeout has no effect
  idleTimeout: 30_000,
})

const [rows] = await pool.query<RowDataPacket[]>('select 6 * 7 as answer')
console.log('answer:', rows[0]?.answer)

const connection = await pool.getConnection()
try {
  await connection.beginTransaction()
  await connection.query('create temporary table account engine = InnoDB select 100 as balance')
  await connection.execute('update account set balance = balance - ?', [1])
  const [rows] = await connection.query<RowDataPacket[]>('select balance from account')
  await connection.commit()
  console.log('balance:', rows[0]?.balance)
  connection.release()
} catch (error) {
  await connection.rollback().then(
    () => connection.release(),
    () => connection.destroy(),
  )
  throw error
}

await pool.end()
