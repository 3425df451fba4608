// Kysely with a writer and a reader. Run it with `DATABASE_URL=postgres://web@db1:5432,db2:5432/shop npx tsx examples/hosts-kysely.ts`.

// #region pools
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'statepool/pg'

interface Tables {
  hosts_pets: { id: number; name: string }
}

const connectionString = process.env.DATABASE_URL // names all hosts
const writer = new Pool({ connectionString, target_session_attrs: 'primary', max: 5 })
const reader = new Pool({ connectionString, target_session_attrs: 'prefer-standby', max: 10 })

const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: writer }) })
const replica = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: reader }) })
// #endregion

await sql`CREATE TABLE hosts_pets (id int PRIMARY KEY, name text)`.execute(db)

// #region use
await db.insertInto('hosts_pets').values({ id: 1, name: 'Rex' }).execute()
const pets = await replica.selectFrom('hosts_pets').selectAll().execute() // may lag behind
// #endregion
console.log(
  'pets:',
  pets.map(({ name }) => name),
)

await sql`DROP TABLE hosts_pets`.execute(db)
await Promise.all([db.destroy(), replica.destroy()])
console.log('state:', writer.statepool.stats().state)
