// A file that cannot be opened at first is no outage that passes: callers of the writer and of the readers hear at once why.

import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { createSqlitePool } from '../../src/db/sqlite/index.js'
import { fileForTest } from '../support/sqlite-file.js'

it.each([false, true])('with readOnly %s', async readOnly => {
  const filename = `${await fileForTest()}-folder/shop.db`
  const db = createSqlitePool({ filename })
  const refused = db.use(connection => connection.get('SELECT 1'), { readOnly })
  // The writer's first connect began before the caller asked: the caller is refused by the second one.
  const failedConnects = readOnly ? 1 : 2
  await expect(refused).rejects.toMatchObject({ name: 'DatabaseDownError', failedConnects })
  await expect(refused).rejects.toThrow(/unable to open database file|directory does not exist/)

  const { message } = (await refused.catch(error => error)) as Error
  expect(message.match(/Could not connect/g)).toHaveLength(1)

  await mkdir(dirname(filename), { recursive: true })
  expect(await db.use(writer => writer.get('SELECT 1 AS one'))).toEqual({ one: 1 }) // the next caller tries anew
  await db.close()
})

it('a caller waits all the same where the application says so', async () => {
  const db = createSqlitePool({
    filename: `${await fileForTest()}-folder/shop.db`,
    pool: { whenDown: 'wait' },
  })
  const waiting = db.use(connection => connection.get('SELECT 1'), { timeout: 300 })
  await expect(waiting).rejects.toMatchObject({ name: 'AcquireTimeoutError' })
  await db.close()
})
