// The borrowers' books: a pool that does not do its work does not get a time.

import { expect, test } from 'vitest'
import { Ledger, StubConnection, StubDatabase } from '../../bench/loan.js'

test('a connection that is lent twice at a time is noticed', () => {
  const ledger = new Ledger()
  const connection = new StubConnection()
  ledger.take(connection)
  expect(() => ledger.take(connection)).toThrow(/at the same time/)
})

test('a connection may be lent again after it came back', () => {
  const ledger = new Ledger()
  const connection = new StubConnection()
  for (let turn = 0; turn < 3; turn++) {
    ledger.take(connection)
    ledger.give(connection)
  }
  expect(() => ledger.check(3)).not.toThrow()
})

test('acquires that were never granted are noticed', () => {
  const ledger = new Ledger()
  expect(() => ledger.check(1)).toThrow('0 acquires were granted, and not 1.')
})

test('connections that did not come back are noticed', () => {
  const ledger = new Ledger()
  ledger.take(new StubConnection())
  expect(() => ledger.check(1)).toThrow('1 connections did not come back.')
})

test('each check counts from the last one', () => {
  const ledger = new Ledger()
  const connection = new StubConnection()
  ledger.take(connection)
  ledger.give(connection)
  ledger.check(1)
  expect(() => ledger.check(1)).toThrow()
})

test('the database counts connections from when their connect starts', async () => {
  const database = new StubDatabase()
  const connecting = [database.connect(), database.connect()]
  expect(database).toMatchObject({ opened: 2, open: 2, most: 2 })
  await Promise.all(connecting)
  await database.close()
  expect(database).toMatchObject({ opened: 2, open: 1, most: 2 })
})
