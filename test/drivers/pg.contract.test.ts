// The PostgreSQL driver keeps the contract that every driver keeps, on a real server, in the clear and over TLS.

import type { ConnectionOptions } from 'node:tls'
import { inject } from 'vitest'
import { describeDriverContract } from '../support/driver-contract.js'
import { pgUnderTest } from '../support/pg-under-test.js'

describeDriverContract('pg', () => pgUnderTest('pg'))
describeDriverContract('pg over TLS', () =>
  pgUnderTest(
    'pg over TLS',
    { ssl: { ca: inject('postgres').cert, host: '127.0.0.1' } as ConnectionOptions },
    'S',
  ),
)
