// The SQLite driver keeps the contract that every driver keeps, in threads and in processes.

import { describeDriverContract } from '../support/driver-contract.js'
import { sqliteUnderTest } from '../support/sqlite-under-test.js'

describeDriverContract('sqlite in a thread', () => sqliteUnderTest('thread'))
describeDriverContract('sqlite in a process', () => sqliteUnderTest('process'))
