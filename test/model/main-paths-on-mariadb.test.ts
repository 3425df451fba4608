// The paths through the models of a connection's and a pool's life that reach the server are walked on a real MariaDB, and after each step the machines, the
// pool's figures and the database's own count say the same.

import { describe } from 'vitest'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { mysqlUnderTest } from '../support/mysql-under-test.js'
import { describeMainPaths, fewPaths } from './main-paths.js'

describe.skipIf(mariadbMissing())('Of a pool', () => {
  describeMainPaths('MariaDB', mysqlUnderTest, fewPaths())
})
