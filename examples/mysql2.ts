// A pool on MySQL or MariaDB, from its start to its end. Run it with `DATABASE_URL=mysql://… npx tsx examples/mysql2.ts`.

import type { RowDataPacket } from 'mysql2'
import { createPool } from 'statepool'
import { mysql } from 'statepool/mysql2'

const pool = createPool(mysql({ uri: process.env.DATABASE_URL, timezone: 'Z' }), { min: 2, max: 10 })
await pool.ready() // two connections are up, or an error says why they are not

// The callback gets the connection of `mysql2/promise`.
const [rows] = await pool.use(connection =>
  connection.execute<RowDataPacket[]>('select ? * ? as answer', [6, 7]),
)
console.log('answer:', rows[0]?.answer)

// Commits what the callback did, or rolls it back; retries after a deadlock.
await pool.transaction(
  async connection => {
    await connection.query('create temporary table note (text varchar(40)) engine = InnoDB')
    await connection.query('insert into note values (?)', ['kept'])
  },
  { isolation: 'repeatable read', retry: 3 },
)

await pool.close()
console.log('state:', pool.stats().state)
