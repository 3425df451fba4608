// The main paths through the models of a connection's and a pool's life are walked on a real PostgreSQL, and after each step the machines, the
// pool's figures and the database's own count say the same.

import { expect, it } from 'vitest'
import { pgUnderTest } from '../support/pg-under-test.js'
import { describeMainPaths, fewPaths, mainPaths } from './main-paths.js'

describeMainPaths('PostgreSQL', () => pgUnderTest('main paths'))

it('the paths are as many as they were when they were last looked at', () => {
  const count = ({ connection, pool }: typeof mainPaths) => [connection.length, pool.length]
  expect([mainPaths, fewPaths].map(count)).toEqual([
    [365, 221],
    [90, 56],
  ])
})
