// Objection on the drop-in Pool, through Knex.

import { Model } from 'objection'
import { expect, it } from 'vitest'
import { onObjection, petsOn } from './on-objection.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const stage = useStage('objection_pet')

tellStories(stage, onObjection)

it("unique violations carry the driver's error, and models stay usable", async () => {
  const pool = stage.pool({ max: 1 })
  const { Pets } = petsOn(pool, stage.table)
  await Pets.query().insert({ id: 1, name: 'Rex' })
  const failed = Pets.query().insert({ id: 1, name: 'Max' })
  await expect(failed).rejects.toMatchObject({
    name: 'UniqueViolationError',
    nativeError: { code: '23505' },
  })
  expect(await Pets.query().findById(1)).toMatchObject({ name: 'Rex' })
  expect(await Pets.query().patch({ name: 'Mia' }).where({ id: 1 })).toBe(1)
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it('a graph is inserted in one transaction, and not at all when a part of it fails', async () => {
  const pool = stage.pool({ max: 1 })
  const { Pets } = petsOn(pool, stage.table)
  class Owner extends Model {
    static override readonly tableName = 'objection_owner'
    static override readonly idColumn = 'pet_name'
    static override readonly relationMappings = {
      pets: {
        relation: Model.HasManyRelation,
        modelClass: Pets,
        join: { from: 'objection_owner.pet_name', to: `${stage.table}.name` },
      },
    }
  }
  Owner.knex(Pets.knex())
  await Pets.knex().schema.createTable('objection_owner', of => void of.text('pet_name').primary())
  const insert = (ids: number[]) =>
    Owner.transaction(async trx =>
      Owner.query(trx).insertGraph({ pet_name: 'Rex', pets: ids.map(id => ({ id })) } as object),
    )
  await expect(insert([1, 1])).rejects.toMatchObject({ nativeError: { code: '23505' } })
  expect(await Owner.query().resultSize()).toBe(0)
  await insert([1, 2])
  expect(await Owner.query().withGraphFetched('pets')).toMatchObject([{ pets: [{ id: 1 }, { id: 2 }] }])
  await Pets.knex().schema.dropTable('objection_owner')
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})
