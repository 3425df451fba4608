// The smallest driver there is: connections are numbered objects, and every question is answered at once.

import type { WalkedDriver } from '../../src/testing/index.js'

interface Connection {
  readonly number: number
  inTransaction: boolean
}

/** A driver under test for thousands of walks. */
export function inMemory(): WalkedDriver<Connection> {
  const open = new Map<Connection, (reason?: unknown) => void>()
  let connects = 0
  return {
    driver: {
      name: 'in memory',
      async connect({ signal, onLost }) {
        signal.throwIfAborted()
        const connection = { number: ++connects, inTransaction: false }
        open.set(connection, onLost)
        return connection
      },
      async validate(connection) {
        if (!open.has(connection)) throw new Error('The connection has ended.')
      },
      needsReset: ({ inTransaction }) => inTransaction,
      async reset(connection) {
        connection.inTransaction = false
      },
      async close(connection) {
        open.delete(connection)
      },
      destroy: connection => void open.delete(connection),
    },
    countOnServer: () => open.size,
    kill(connection) {
      const onLost = open.get(connection)
      open.delete(connection)
      onLost?.(new Error('killed'))
    },
    succeed: async () => {},
    async begin(connection) {
      connection.inTransaction = true
    },
    inTransaction: async ({ inTransaction }) => inTransaction,
  }
}
