// pool.transaction on a real server: what is committed and what is not, and connections that come back clean.

import type pg from 'pg'
import { expect, it } from 'vitest'
import { useAccounts } from '../support/accounts.js'
import { until } from '../support/until.js'

const accounts = useAccounts('transaction_account')
const { add, balances, expectAllClean } = accounts

it('commits, and rolls back on a throw; the connection comes back clean, without another round trip', async () => {
  await accounts.pool.transaction(async client => {
    await add(client, 'ada', -30)
    await add(client, 'bob', 30)
  })
  const mine = new Error('mine')
  const failed = accounts.pool.transaction(async client => {
    await add(client, 'ada', -50)
    throw mine
  })
  await expect(failed).rejects.toBe(mine)
  expect(await balances()).toEqual([70, 30])
  await expectAllClean()
})

it('rolls back after a statement that failed, at once, and passes its error on', async () => {
  const failed = accounts.pool.transaction(async client => {
    await add(client, 'ada', -50)
    await client.query('SELECT 1 / 0')
  })
  await expect(failed).rejects.toMatchObject({ code: '22012' })
  expect(await balances()).toEqual([100, 0])
  await expectAllClean()
})

it('a callback that goes on after a statement had failed is told that nothing was committed, and why', async () => {
  const failed = accounts.pool.transaction(async client => {
    await add(client, 'ada', -50)
    await client.query('SELECT 1 / 0').catch(() => {})
    return 'all is well'
  })
  await expect(failed).rejects.toMatchObject({
    message: expect.stringContaining('Nothing was committed'),
    cause: { code: '22012' },
  })
  expect(await balances()).toEqual([100, 0])
  await expectAllClean()
})

it('begins as asked: isolation, and reading only, where writes are refused; the next one may write', async () => {
  const show = async (client: pg.Client): Promise<unknown[]> => [
    (await client.query('SHOW transaction_isolation')).rows[0].transaction_isolation,
    (await client.query('SHOW transaction_read_only')).rows[0].transaction_read_only,
  ]
  expect(await accounts.pool.transaction(show, { isolation: 'repeatable read', readOnly: true })).toEqual([
    'repeatable read',
    'on',
  ])
  expect(await accounts.pool.transaction(show)).toEqual(['read committed', 'off'])
  const write = (client: pg.Client): Promise<unknown> => add(client, 'ada', 1)
  await expect(accounts.pool.transaction(write, { readOnly: true, retry: 3 })).rejects.toMatchObject({
    code: '25006',
  })
  await accounts.pool.transaction(write, { readOnly: false })
  expect(await balances()).toEqual([101, 0])
  await expectAllClean()
})

it('a commit that the server refuses is an error, and costs no connection', async () => {
  await accounts.pool.use(client =>
    client.query('ALTER TABLE transaction_account ADD UNIQUE (balance) DEFERRABLE INITIALLY DEFERRED'),
  )
  const failed = accounts.pool.transaction(client => add(client, 'bob', 100))
  await expect(failed).rejects.toMatchObject({ code: '23505' })
  expect(await balances()).toEqual([100, 0])
  await expectAllClean()
})

it('a backend that is ended in the middle of a transaction keeps nothing, and its connection is not lent on', async () => {
  let lost: pg.Client | undefined
  const failed = accounts.pool.transaction(
    async client => {
      lost = client
      await add(client, 'ada', -50)
      await accounts.backends.terminate(client)
      await add(client, 'bob', 50)
    },
    { retry: 3 },
  )
  await expect(failed).rejects.toThrow()
  expect(await balances()).toEqual([100, 0])
  await until(() => accounts.pool.stats().idle === 2, 'another connection is open')
  await accounts.pool.use(first =>
    accounts.pool.use(second => {
      expect([first, second]).not.toContain(lost)
    }),
  )
})
