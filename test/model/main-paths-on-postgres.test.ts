// The main paths through the models of a connection's and a pool's life are walked on a real PostgreSQL, and after each step the machines, the
// pool's figures and the database's own count say the same.

import { expect, it } from 'vitest'
import { pgUnderTest } from '../support/pg-under-test.js'
import { wantsAll } from '../support/seeds.js'
import { describeMainPaths, fewPaths, mainPaths } from './main-paths.js'

/** Those that are left out here are walked in memory by every-path.test.ts, and here in CI. */
const walked = wantsAll ? mainPaths() : fewPaths()

describeMainPaths('PostgreSQL', () => pgUnderTest('main paths'), walked)

it('the paths are as many as they were when they were last looked at', () => {
  expect([walked.connection.length, walked.pool.length]).toEqual(wantsAll ? [365, 221] : [90, 56])
})
