// Transactions that get into each other's way on a real server, and are tried again.

import { expect, it } from 'vitest'
import { useAccounts } from '../support/accounts.js'

const accounts = useAccounts('conflict_account')
const { add, balanceOf, balances, expectAllClean } = accounts

/** Lets so many callers go on at the same time, once; whoever comes later passes. */
function barrier(callers: number): () => Promise<void> {
  let arrived = 0
  let open: () => void = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return () => {
    if (++arrived === callers) open()
    return opened
  }
}

it('a serialization failure between two sessions is retried to success', async () => {
  const bothHaveRead = barrier(2)
  let attempts = 0
  const addWhatTheyHaveTogether = (owner: string): Promise<void> =>
    accounts.pool.transaction(
      async client => {
        attempts++
        const { rows } = await client.query('SELECT sum(balance)::int AS sum FROM conflict_account')
        await bothHaveRead()
        await add(client, owner, rows[0].sum)
      },
      { isolation: 'serializable', retry: 10 },
    )
  await Promise.all([addWhatTheyHaveTogether('ada'), addWhatTheyHaveTogether('bob')])
  expect(attempts).toBeGreaterThan(2)
  expect([
    [200, 200],
    [300, 100],
  ]).toContainEqual(await balances())
  await expectAllClean()
})

it('without retry the serialization failure reaches the caller as it is', async () => {
  const bothHaveRead = barrier(2)
  const addOne = (): Promise<unknown> =>
    accounts.pool.transaction(
      async client => {
        await balanceOf(client, 'ada')
        await bothHaveRead()
        await add(client, 'ada', 1)
      },
      { isolation: 'repeatable read' },
    )
  const outcomes = await Promise.allSettled([addOne(), addOne()])
  const failures = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(failures).toMatchObject([{ code: '40001' }])
  expect(await balances()).toEqual([101, 0])
  await expectAllClean()
})

it('a deadlock is retried to success', async () => {
  const bothHoldOne = barrier(2)
  let attempts = 0
  const pay = (from: string, to: string, amount: number): Promise<void> =>
    accounts.pool.transaction(
      async client => {
        attempts++
        await client.query("SET LOCAL deadlock_timeout = '20ms'")
        await add(client, from, -amount)
        await bothHoldOne()
        await add(client, to, amount)
      },
      { retry: 10 },
    )
  await Promise.all([pay('ada', 'bob', 30), pay('bob', 'ada', 10)])
  expect(attempts).toBeGreaterThan(2)
  expect(await balances()).toEqual([80, 20])
  await expectAllClean()
})
