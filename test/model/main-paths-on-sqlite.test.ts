// The paths through the models of a connection's and a pool's life that reach the server are walked on a real SQLite, and after each step the machines, the
// pool's figures and the database's own count say the same.

import { sqliteUnderTest } from '../support/sqlite-under-test.js'
import { describeMainPaths, fewPaths } from './main-paths.js'

describeMainPaths('SQLite', () => sqliteUnderTest('thread'), fewPaths())
