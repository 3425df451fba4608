// Sequelize on the drop-in Pool, in the place of its own.

import { QueryTypes } from 'sequelize'
import { expect, it } from 'vitest'
import { onSequelize, sequelizeOn } from './on-sequelize.js'
import { useStage } from './stage.js'
import { tellStories } from './stories.js'

const stage = useStage('sequelize_pet')

tellStories(stage, onSequelize)

it('opens no connection of its own: the server counts those of the pool', async () => {
  const pool = stage.pool({ max: 2 })
  const sequelize = sequelizeOn(pool)
  await sequelize.authenticate()
  const [row] = await sequelize.query<{ name: string }>(
    "SELECT current_setting('application_name') AS name",
    { type: QueryTypes.SELECT },
  )
  expect(row).toEqual({ name: stage.table })
  expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
})

it('a transaction without a callback holds a client until it is ended', async () => {
  const pool = stage.pool({ max: 2 })
  const sequelize = sequelizeOn(pool)
  const transaction = await sequelize.transaction()
  await sequelize.query(`INSERT INTO ${stage.table} VALUES (1, 'Rex')`, { transaction })
  expect(pool.statepool.stats()).toMatchObject({ busy: 1 })
  await transaction.rollback()
  const count = `SELECT count(*)::int AS count FROM ${stage.table}`
  expect(await sequelize.query(count, { type: QueryTypes.SELECT })).toEqual([{ count: 0 }])
  expect(pool.statepool.stats()).toMatchObject({ busy: 0, opened: 1 })
})

it('a nested transaction is a savepoint on the client of the outer one', async () => {
  const pool = stage.pool({ max: 1 })
  const sequelize = sequelizeOn(pool)
  const insert = (id: number) => `INSERT INTO ${stage.table} VALUES (${id}, 'Rex')`
  await sequelize.transaction(async outer => {
    await sequelize.query(insert(1), { transaction: outer })
    const inner = sequelize.transaction({ transaction: outer }, async nested => {
      await sequelize.query(insert(2), { transaction: nested })
      throw new Error('not like this')
    })
    await expect(inner).rejects.toThrow('not like this')
  })
  expect(await sequelize.query(`SELECT id FROM ${stage.table}`, { type: QueryTypes.SELECT })).toEqual([
    { id: 1 },
  ])
  expect(pool.statepool.stats()).toMatchObject({ opened: 1, busy: 0 })
})

it("Sequelize's own settings of a session are made by the pool's onConnect", async () => {
  const pool = stage.pool({
    max: 1,
    onConnect: async client => {
      await client.query("SET TIME ZONE 'UTC'; SET client_min_messages TO warning")
    },
  })
  const sequelize = sequelizeOn(pool)
  expect(await sequelize.query('SHOW timezone', { type: QueryTypes.SELECT })).toEqual([{ TimeZone: 'UTC' }])
})
