// TypeORM on the drop-in pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/typeorm.ts`.

// #region pool
import pg from 'pg'
import { Pool } from 'statepool/pg'
import { DataSource, EntitySchema } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'

interface Pet {
  id: number
  name: string
}

const Pets = new EntitySchema<Pet>({
  name: 'typeorm_pet',
  columns: { id: { type: Number, primary: true }, name: { type: String } },
})

const { DATABASE_URL: url = '' } = process.env
const db = new DataSource({
  type: 'postgres',
  url,
  driver: { ...pg, Pool }, // TypeORM makes its pool of the class that it finds here
  poolSize: 5,
  extra: { maxLifetimeSeconds: 600, statepool: { validateAfter: 1_000 } }, // what else the pool takes
  entities: [Pets],
  synchronize: true,
})
await db.initialize()
// #endregion

// #region underneath
const pool: Pool = (db.driver as PostgresDriver).master
// #endregion

// #region transactions
await db.transaction(async manager => {
  await manager.insert(Pets, { id: 1, name: 'Rex' })
  await manager.insert(Pets, { id: 2, name: 'Mia' })
})

// What throws is rolled back; a transaction in a transaction is a savepoint.
await db.transaction(async outer => {
  await outer.update(Pets, { id: 1 }, { name: 'Max' })
  await outer
    .transaction(async inner => {
      await inner.clear(Pets)
      throw new Error('not like this')
    })
    .catch((error: Error) => console.log('rolled back:', error.message))
})
// #endregion

const pets = await db.getRepository(Pets).find({ order: { id: 'ASC' } })
console.log(
  'pets:',
  pets.map(pet => pet.name),
)

console.log('connections:', pool.statepool.stats().total)
await db.query('drop table typeorm_pet')

// #region end
await db.destroy() // ends the pool
console.log('state:', pool.statepool.stats().state)
// #endregion
