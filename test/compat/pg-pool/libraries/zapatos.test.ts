// Zapatos on the drop-in Pool.

import { expect, it } from 'vitest'
import * as db from 'zapatos/db'
import { onZapatos } from './on-zapatos.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const stage = useStage('zapatos_pet')
const pets = stage.table as never

tellStories(stage, onZapatos)

it('its shortcuts read and write through the pool', async () => {
  const pool = stage.pool({ max: 1 })
  const rex = { id: 1, name: 'Rex' } as never
  expect(await db.insert(pets, rex).run(pool)).toEqual(rex)
  expect(await db.upsert(pets, { id: 1, name: 'Max' } as never, 'id' as never).run(pool)).toMatchObject({
    name: 'Max',
    $action: 'UPDATE',
  })
  expect(await db.count(pets, db.all).run(pool)).toBe(1)
  expect(await db.deletes(pets, { id: 1 } as never).run(pool)).toHaveLength(1)
  expect(await db.selectOne(pets, { id: 1 } as never).run(pool)).toBeUndefined()
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('serializable transactions that collide are repeated by Zapatos, and each counts', async () => {
  const pool = stage.pool({ max: 3 })
  await db.insert(pets, { id: 1, name: '' } as never).run(pool)
  const append = () =>
    db.serializable(pool, async tx => {
      const { name } = (await db.selectExactlyOne(pets, { id: 1 } as never).run(tx)) as { name: string }
      await db.update(pets, { name: `${name}x` } as never, { id: 1 } as never).run(tx)
    })
  await Promise.all([append(), append(), append()])
  expect(await db.selectExactlyOne(pets, { id: 1 } as never).run(pool)).toMatchObject({ name: 'xxx' })
  expect(pool.statepool.stats()).toMatchObject({ lost: 0, busy: 0 })
})

it('a transaction in a transaction runs in the outer one', async () => {
  const pool = stage.pool({ max: 1 })
  const error = new Error('not like this')
  const failed = db.readCommitted(pool, async outer => {
    await db.readCommitted(outer, inner => db.insert(pets, { id: 1, name: 'Rex' } as never).run(inner))
    throw error
  })
  await expect(failed).rejects.toBe(error)
  expect(await db.count(pets, db.all).run(pool)).toBe(0)
})

it('takes the pool for a pool and its clients for clients', async () => {
  const pool = stage.pool({ max: 1 })
  const client = await pool.connect()
  await db.readCommitted(client, tx => db.insert(pets, { id: 1, name: 'Rex' } as never).run(tx))
  expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
  client.release()
  expect(await db.count(pets, db.all).run(pool)).toBe(1)
})
