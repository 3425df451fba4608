// Prisma on the drop-in pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/prisma.ts`.

// #region pool
import { PrismaPg } from '@prisma/adapter-pg'
import { Pool } from 'statepool/pg'
import { PrismaClient } from './prisma/generated/client.js' // from prisma/schema.prisma, by `prisma generate`

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) })
// #endregion

await pool.query('create table prisma_pet (id int primary key, name text unique not null)') // else: prisma migrate

// #region transactions
await prisma.$transaction(async tx => {
  await tx.pet.create({ data: { id: 1, name: 'Rex' } })
  await tx.pet.create({ data: { id: 2, name: 'Mia' } })
})

// What throws is rolled back.
await prisma
  .$transaction(async tx => {
    await tx.pet.deleteMany()
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))
// #endregion

const pets = await prisma.pet.findMany({ orderBy: { id: 'asc' } })
console.log(
  'pets:',
  pets.map(pet => pet.name),
)

console.log('connections:', pool.statepool.stats().total)
await pool.query('drop table prisma_pet')
// #region end
await prisma.$disconnect() // ends the pool, because of disposeExternalPool
console.log('state:', pool.statepool.stats().state)
// #endregion
