// Which errors cost a MySQL connection, and which do not.

import { describe, expect, it } from 'vitest'
import { isFatal, isRetryable } from '../../src/db/mysql2/driver/fatal.js'

const error = (fields: object, message = 'it failed'): Error => Object.assign(new Error(message), fields)

describe('a MySQL connection', () => {
  it.each([
    ['a lost connection', error({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true })],
    ['a socket error that mysql2 met', error({ code: 'ECONNRESET', fatal: true })],
    ['a query that timed out on this side only', error({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })],
    ['a protocol out of step', error({ code: 'PROTOCOL_UNEXPECTED_PACKET' })],
    ['a shutdown', error({ errno: 1053, code: 'ER_SERVER_SHUTDOWN' })],
    ['a kill, in MariaDB', error({ errno: 1927, code: 'ER_CONNECTION_KILLED' })],
    ['a kill, in MySQL', error({ errno: 3169 })],
    ['being idle for too long', error({ errno: 4031 })],
    ['a packet too large', error({ errno: 1153 })],
    ['what wraps one', new Error('query failed', { cause: error({ errno: 1053 }) })],
  ])('is lost to %s', (_, given) => {
    expect(isFatal(given)).toBe(true)
  })

  it.each([
    ['a duplicate key', error({ errno: 1062, code: 'ER_DUP_ENTRY' })],
    ['a syntax error', error({ errno: 1064 })],
    ['a deadlock', error({ errno: 1213 })],
    ['a query that was interrupted', error({ errno: 1317 })],
    ["a borrower's own socket error", error({ code: 'ECONNRESET' })],
    ['a transaction that is read-only', error({ errno: 1792 })],
    [
      'an option that prevents a statement',
      error({ errno: 1290 }, 'running with the --secure-file-priv option'),
    ],
    ['what is no error', { fatal: true }],
    ['nothing', undefined],
  ])('survives %s', (_, given) => {
    expect(isFatal(given)).toBe(false)
  })

  it('may be asked to try again after deadlocks, lock wait timeouts and changed records, wrapped or not', () => {
    for (const errno of [1020, 1205, 1213, 3101]) {
      expect(isRetryable(error({ errno }))).toBe(true)
      expect(isRetryable(new Error('query failed', { cause: error({ errno }) }))).toBe(true)
    }
    for (const hopeless of [error({ errno: 1062 }), undefined, new Error()]) {
      expect(isRetryable(hopeless)).toBe(false)
    }
  })

  it('with causes in a circle is judged all the same', () => {
    const circle = new Error('round')
    circle.cause = circle
    expect(isFatal(circle)).toBe(false)
  })
})
