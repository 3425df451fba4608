// The example of the guide to SQLite, run for real.

import { expect, test } from 'vitest'
import { runExample } from './program.js'

test('sqlite.ts writes, reads beside the writer, calls off what takes too long, and closes', async () => {
  const { code, output, errors } = await runExample('sqlite', { NODE_NO_WARNINGS: '1' }) // node:sqlite says that it is experimental
  expect({ code, errors, output }).toEqual({
    code: 0,
    errors: '',
    output: ['orders: [ { id: 1, customer: 7 } ]', 'SQLITE_INTERRUPT'],
  })
})
