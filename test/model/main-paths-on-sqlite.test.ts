// The paths through the models of a connection's and a pool's life that reach the server are walked on a real SQLite, and after each step the machines, the
// pool's figures and the database's own count say the same.

import type { ModelPath } from '../../src/testing/index.js'
import { cases } from '../support/seeds.js'
import { sqliteUnderTest } from '../support/sqlite-under-test.js'
import { describeMainPaths, fewPaths } from './main-paths.js'

/** Each connection starts a thread, which costs more than its path: all in CI, and every third one elsewhere. */
const every = cases({ all: 1, some: 3 })
const some = (paths: readonly ModelPath[]) => paths.filter((_, index) => index % every === 0)
const { connection, pool } = fewPaths()

describeMainPaths('SQLite', () => sqliteUnderTest('thread'), {
  connection: some(connection),
  pool: some(pool),
})
