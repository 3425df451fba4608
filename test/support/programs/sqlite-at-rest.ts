// A program with a SQLite pool: does its process end by itself? Arguments: the situation, the file, where connections live.

import { createSqlitePool, type Isolation } from '../../../src/db/sqlite/index.js'

const [, , situation, filename = '', isolation = 'thread'] = process.argv
const pool = createSqlitePool({
  filename,
  isolation: isolation as Isolation,
  pool: { allowExitOnIdle: situation === 'idle' },
})
await pool.use(writer => writer.exec('CREATE TABLE t (i)'))
await pool.use(reader => reader.all('SELECT * FROM t'), { readOnly: true })
if (situation === 'closed') await pool.close()
process.stdout.write('at rest')
