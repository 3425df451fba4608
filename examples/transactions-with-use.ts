// Transactions: what is begun in use() is committed there, or rolled back by the pool before anyone else gets the connection.

import type pg from 'pg'
import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

// One connection, so that every borrower gets the same one.
await using pool = createPool(postgres(process.env.DATABASE_URL), { min: 1, max: 1 })

/** A transaction around a piece of work: committed when it succeeds. When it throws, the pool rolls it back. */
function transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return pool.use(async client => {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  })
}

await transaction(async client => {
  await client.query(
    'create temporary table account (owner text primary key, balance int check (balance >= 0))',
  )
  await client.query("insert into account values ('ada', 100), ('bob', 0)")
})

const pay = (amount: number): Promise<void> =>
  transaction(async client => {
    await client.query("update account set balance = balance + $1 where owner = 'bob'", [amount])
    await client.query("update account set balance = balance - $1 where owner = 'ada'", [amount])
  })

await pay(30)
await pay(1_000).catch((error: Error) => console.log('refused:', error.message))

// Bob's thousand was rolled back, and the connection is as good as new.
const balances = await pool.use(async client => {
  const { rows } = await client.query('select owner, balance from account order by owner')
  return rows.map(({ owner, balance }) => `${owner} ${balance}`).join(', ')
})
console.log('balances:', balances)
