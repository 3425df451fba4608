// A program whose workers cannot be loaded: they look for the TypeScript loader from the working directory, which has none.

import { tmpdir } from 'node:os'
import { sqlite } from '../../../src/db/sqlite.js'
import { createPool } from '../../../src/index.js'

process.chdir(tmpdir())
const pool = createPool(sqlite({ filename: ':memory:' }), { min: 1, max: 1 })
const error = await pool.ready().catch((error: Error) => error)
process.stdout.write(String(error))
process.exit()
