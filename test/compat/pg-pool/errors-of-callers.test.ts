// Several callers whom one failed connect concerns: each has an error of its own, whose stack leads to itself.

import { expect, it } from 'vitest'
import { dropIn } from '../../support/drop-in.js'

const ways: [string, (pool: ReturnType<typeof dropIn>) => Promise<unknown>][] = [
  ['connect()', pool => pool.connect()],
  ['query()', pool => pool.query('SELECT 1')],
]

it.each(ways)('%s rejects each with an error that leads to it', async (_, ask) => {
  await using pool = dropIn({ port: 1 })
  const theirs = async function first() {
    await ask(pool)
  }
  const mine = async function second() {
    await ask(pool)
  }
  const caught = (await Promise.all(
    [theirs, mine, theirs].map(work => work().catch(error => error)),
  )) as Error[]
  expect(new Set(caught).size).toBe(3)
  expect(caught.map(({ stack }) => /first|second/.exec(stack ?? '')?.[0])).toEqual([
    'first',
    'second',
    'first',
  ])
  for (const error of caught) {
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ code: 'ECONNREFUSED', port: 1, message: caught[0]?.message })
  }
})

it('of one class, with the same fields; the first gets the very error that was thrown', async () => {
  class Refusal extends Error {
    readonly hint = 'look again'
    override readonly name = 'Refusal'
  }
  const thrown = new Refusal('not this one')
  await using pool = dropIn({
    max: 1,
    onConnect() {
      throw thrown
    },
  })
  const caught = await Promise.all([1, 2, 3].map(() => pool.connect().catch(error => error)))
  expect(caught[0]).toBe(thrown)
  for (const error of caught) {
    expect(error).toBeInstanceOf(Refusal)
    expect(error).toMatchObject({ name: 'Refusal', hint: 'look again', message: 'not this one' })
  }
  expect(await pool.connect().catch(error => error)).toBe(thrown)
})
