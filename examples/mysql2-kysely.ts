// Kysely on the drop-in pool. Run it with `DATABASE_URL=mysql://… npx tsx examples/mysql2-kysely.ts`.

import { Kysely, MysqlDialect, sql } from 'kysely'
import { createPool } from 'statepool/mysql2' // was: from 'mysql2'

interface Tables {
  kysely_pet: { id: number; name: string }
}

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 5 })
const db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) })

await sql`create or replace table kysely_pet (id int primary key, name varchar(40))`.execute(db)

await db.transaction().execute(async trx => {
  await trx.insertInto('kysely_pet').values({ id: 1, name: 'Rex' }).execute()
  await trx.insertInto('kysely_pet').values({ id: 2, name: 'Mia' }).execute()
})

// What throws is rolled back.
await db
  .transaction()
  .execute(async trx => {
    await trx.deleteFrom('kysely_pet').execute()
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))

console.log(
  'pets:',
  (await db.selectFrom('kysely_pet').select('name').orderBy('id').execute()).map(pet => pet.name),
)

const streamed: string[] = []
for await (const pet of db.selectFrom('kysely_pet').selectAll().orderBy('id').stream())
  streamed.push(pet.name)
console.log('streamed:', streamed)

console.log('connections:', pool.statepool.stats().total)
await sql`drop table kysely_pet`.execute(db)
await db.destroy() // ends the pool
console.log('state:', pool.statepool.stats().state)
