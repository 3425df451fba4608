// Transactions, as the README shows them. Run it with `DATABASE_URL=postgres://… npx tsx examples/transactions.ts`.

import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

await using pool = createPool(postgres(process.env.DATABASE_URL), { max: 1 }) // one connection: temporary tables are per session
await pool.use(client =>
  client.query(`
    create temporary table account (owner text primary key, balance int check (balance >= 0));
    insert into account values ('ada', 100), ('bob', 0)`),
)

// Commits when the callback succeeds; rolls back and rethrows when it throws.
const pay = (amount: number) =>
  pool.transaction(
    async client => {
      await client.query("update account set balance = balance + $1 where owner = 'bob'", [amount])
      await client.query("update account set balance = balance - $1 where owner = 'ada'", [amount])
    },
    { isolation: 'serializable', retry: 3 }, // after a serialization failure or a deadlock: up to three more attempts
  )

await pay(30)
await pay(1_000).catch((error: Error) => console.log('refused:', error.message))

// Consistent reads: the database refuses a write.
const balances = await pool.transaction(
  client => client.query("select string_agg(owner || ' ' || balance, ', ' order by owner) from account"),
  { isolation: 'repeatable read', readOnly: true },
)
console.log('balances:', balances.rows[0].string_agg)
