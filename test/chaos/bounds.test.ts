// What fails a scenario: each bound by itself.

import { describe, expect, it } from 'vitest'
import { complaints, type Outcome, sortFailures } from '../../chaos/outcome.js'

const fine: Outcome = {
  scenario: 'a fault',
  pool: 'a pool',
  served: 100,
  inFlight: 10,
  others: 0,
  acquireErrors: 0,
  recovery: 200,
  refill: undefined,
  longest: 300,
  backends: 10,
  serving: 10,
  total: 10,
  afterClose: 0,
  leftovers: [],
  crashes: [],
  mistaken: 0,
  errors: {},
}
const bounds = { inFlight: 10, recovery: 1_000 }

describe('an outcome', () => {
  it('within all bounds leaves nothing to be desired', () => {
    expect(complaints(fine, bounds, 10)).toEqual([])
  })

  it.each<[keyof Outcome, unknown]>([
    ['inFlight', 11],
    ['others', 1],
    ['acquireErrors', 1],
    ['recovery', 1_001],
    ['recovery', undefined],
    ['backends', 11],
    ['serving', 11],
    ['total', 11],
    ['afterClose', 1],
    ['leftovers', ['a socket']],
    ['crashes', ['Connection terminated']],
    ['mistaken', 1],
    ['served', 0],
  ])('with %s = %s fails, for that reason alone or for what follows from it', (name, value) => {
    expect(complaints({ ...fine, [name]: value }, bounds, 10)).toHaveLength(1)
  })

  it('may have backends that cannot know that their clients have gone, where that is so', () => {
    expect(complaints({ ...fine, backends: 20 }, { ...bounds, deaf: true }, 10)).toEqual([])
  })

  it('must have as many connections as before, where that is looked at', () => {
    const refilled = { ...bounds, refill: 2_000 }
    expect(complaints({ ...fine, refill: 1_000 }, refilled, 10)).toEqual([])
    expect(complaints({ ...fine, refill: 2_001 }, refilled, 10)).toHaveLength(1)
    expect(complaints({ ...fine, refill: undefined }, refilled, 10)).toHaveLength(1)
  })

  it('has one error for each connection, where nobody was told, and not two', () => {
    const silent = { ...bounds, others: 10 }
    expect(complaints({ ...fine, inFlight: 5, others: 5 }, silent, 10)).toEqual([])
    expect(complaints({ ...fine, inFlight: 5, others: 6 }, silent, 10)).toHaveLength(1)
  })
})

describe('a failure', () => {
  const sort = (phase: 'acquire' | 'query', began: number, ended: number, lentDead = false) =>
    sortFailures(
      [{ phase, began, ended, lentDead, error: new Error('boom') }],
      [
        { struck: 1_000, tookEffect: 1_100 },
        { struck: 1_300, tookEffect: 1_301 },
      ],
    )

  it('of a query that was sent before the fault had taken effect was under way', () => {
    expect(sort('query', 900, 1_050)).toMatchObject({ inFlight: 1, others: 0, acquireErrors: 0 })
    expect(sort('query', 1_050, 1_060)).toMatchObject({ inFlight: 1 })
  })

  it('of a query that was sent later, or had ended before, was not', () => {
    expect(sort('query', 1_200, 1_250)).toMatchObject({ inFlight: 0, others: 1 })
    expect(sort('query', 900, 950)).toMatchObject({ inFlight: 0, others: 1 })
  })

  it('between two blows was under way in neither', () => {
    expect(sort('query', 1_150, 1_250)).toMatchObject({ inFlight: 0, others: 1 })
    expect(sort('query', 1_150, 1_310)).toMatchObject({ inFlight: 1, others: 0 })
  })

  it('on a connection that was dead when it was lent is never excused', () => {
    expect(sort('query', 900, 1_050, true)).toMatchObject({ inFlight: 0, others: 1 })
  })

  it('of an acquire is one of its own kind, and is told by its words', () => {
    expect(sort('acquire', 900, 1_050)).toMatchObject({
      inFlight: 0,
      others: 0,
      acquireErrors: 1,
      errors: { 'acquire: boom': 1 },
    })
  })
})
