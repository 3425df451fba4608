// The MySQL driver keeps the contract that every driver keeps, on a real MariaDB.

import { describe } from 'vitest'
import { describeDriverContract } from '../support/driver-contract.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { mysqlUnderTest } from '../support/mysql-under-test.js'

describe.skipIf(mariadbMissing())('On MariaDB,', () => {
  describeDriverContract('mysql2', mysqlUnderTest)
})
