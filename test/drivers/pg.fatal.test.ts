// Which errors cost a PostgreSQL connection: those of the connection, not those of SQL, nor of what else a borrower does.

import { describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'

const isFatal = (error: unknown): boolean | undefined => postgres().isFatal?.(error)
const error = (code: string, more: object = {}): Error => Object.assign(new Error('x'), { code, ...more })

describe("PostgreSQL's isFatal", () => {
  it.each(['08000', '08003', '08006', '57P01', '57P02', '57P03', '57P05', '25P03'])(
    'is true for %s',
    code => {
      expect(isFatal(error(code))).toBe(true)
    },
  )

  it.each(['23505', '42601', '40001', '40P01', '57014', '25P02', '22012', '53100'])(
    'is false for %s',
    code => {
      expect(isFatal(error(code, { severity: 'ERROR' }))).toBe(false)
    },
  )

  it.each(['08P01', '08001', '08006', '57P01'])(
    'is false for %s where the server says that it is no more than an error',
    code => {
      expect(isFatal(error(code, { severity: 'ERROR' }))).toBe(false)
      expect(isFatal(error(code, { severity: 'FATAL' }))).toBe(true)
    },
  )

  it('is true for whatever the server calls fatal', () => {
    expect(isFatal(error('XX000', { severity: 'FATAL' }))).toBe(true)
  })

  it.each([
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Received unexpected dataRow message from backend.',
    'Query read timeout',
  ])("is true for pg's own %o, which has no code", message => {
    expect(isFatal(new Error(message))).toBe(true)
  })

  it('looks at what an ORM wrapped, and comes back from a circle', () => {
    expect(isFatal(new Error('Failed query', { cause: error('57P01') }))).toBe(true)
    expect(isFatal(new Error('Failed query', { cause: error('23505') }))).toBe(false)
    const circle = new Error('circle')
    circle.cause = circle
    expect(isFatal(circle)).toBe(false)
  })

  it("is false for a socket's error that is not from one of our connections: an HTTP request fails like that too", () => {
    expect(isFatal(new TypeError('fetch failed', { cause: error('ECONNREFUSED') }))).toBe(false)
    expect(isFatal(error('ECONNRESET'))).toBe(false)
  })
})
