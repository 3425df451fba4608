// A program whose drop-in pool could open no connection, and which forgets to end it. Argument: which drop-in.

import { createPool } from '../../../src/db/mysql2/index.js'
import { createPool as createPromisePool } from '../../../src/db/mysql2/promise.js'
import { Pool } from '../../../src/db/pg/index.js'

const nowhere = { host: '127.0.0.1', port: 1, user: 'nobody' } // nothing listens on port 1
const attempts: Record<string, () => Promise<unknown>> = {
  pg: () => new Pool(nowhere).connect(),
  'pg, likePgPool': () => new Pool({ ...nowhere, likePgPool: true }).query('SELECT 1'),
  mysql2: () => createPool(nowhere).promise().query('SELECT 1'),
  'mysql2/promise': () => createPromisePool(nowhere).getConnection(),
}
const attempt = attempts[process.argv[2] as string] as () => Promise<unknown>
await attempt().catch(error => process.stdout.write(error.code))
