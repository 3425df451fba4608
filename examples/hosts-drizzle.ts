// Drizzle with a writer and a reader. Run it with `DATABASE_URL=postgres://web@db1:5432,db2:5432/shop npx tsx examples/hosts-drizzle.ts`.

// #region pools
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text, withReplicas } from 'drizzle-orm/pg-core'
import { Pool } from 'statepool/pg'

const pets = pgTable('hosts_drizzle_pets', { id: integer().primaryKey(), name: text().notNull() })

const connectionString = process.env.DATABASE_URL // names all hosts
const writer = new Pool({ connectionString, target_session_attrs: 'primary', max: 5 })
const reader = new Pool({ connectionString, target_session_attrs: 'prefer-standby', max: 10 })

const db = withReplicas(drizzle({ client: writer }), [drizzle({ client: reader })])
// #endregion

await db.execute(sql`CREATE TABLE hosts_drizzle_pets (id int PRIMARY KEY, name text NOT NULL)`)

// #region use
await db.insert(pets).values({ id: 1, name: 'Rex' }) // the writer, and so do transactions
const names = await db.select().from(pets) // the reader; db.$primary.select() reads what was just written
// #endregion
console.log(
  'pets:',
  names.map(({ name }) => name),
)

await db.execute(sql`DROP TABLE hosts_drizzle_pets`)
await Promise.all([writer.end(), reader.end()])
console.log('state:', writer.statepool.stats().state)
