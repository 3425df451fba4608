// What borrowers hang on a connection of the drop-in ends with their loan; what `connection` listeners hang on it stays.

import type { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'

describe.skipIf(mariadbMissing())('a connection of the drop-in for mysql2', () => {
  const { create, borrow } = useMysqlPool()

  it('keeps the listeners of the connection event, and none of its borrowers', async () => {
    const pool = create({ connectionLimit: 1 })
    const heard: string[] = []
    pool.on('connection', connection => connection.on('drain', () => heard.push('connection event')))
    let ids: unknown[] = []
    for (let loan = 0; loan < 30; loan++) {
      const connection = await borrow(pool)
      connection.on('drain', () => heard.push('borrower'))
      connection.on('error', () => heard.push('borrower'))
      ids = [...ids, connection.threadId]
      connection.release()
    }
    const connection = await borrow(pool)
    expect(new Set(ids).size).toBe(1)
    expect(connection.listenerCount('drain')).toBe(1)
    connection.emit('drain')
    connection.release()
    expect(heard).toEqual(['connection event'])
  })

  it('has a socket without the listeners of its former borrowers', async () => {
    const pool = create({ connectionLimit: 1 })
    const countOf = (connection: unknown): number =>
      (connection as { stream: EventEmitter }).stream.listenerCount('data')
    const counts: number[] = []
    for (let loan = 0; loan < 3; loan++) {
      const connection = await borrow(pool)
      counts.push(countOf(connection))
      ;(connection as unknown as { stream: EventEmitter }).stream.on('data', () => {})
      connection.release()
    }
    expect(counts).toEqual(counts.map(() => counts[0]))
  })
})
