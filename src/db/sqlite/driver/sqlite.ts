// The driver for SQLite: each connection lives in a thread or process of its own, because SQLite's calls block.

import { undoable } from '../../../core/abortable.js'
import { OnObjects } from '../../../core/on-objects.js'
import type { ConnectContext, Driver } from '../../driver.js'
import { isFatal, SqliteError } from '../wire/error.js'
import type { SqliteConnection } from './connection.js'
import { Leftovers } from './leftovers.js'
import { type Opened, open } from './open.js'
import { parseSqliteOptions, type SqliteOptions } from './options.js'
import { remedyFor } from './remedies.js'
import { sharing } from './sharing.js'
import { transactions } from './transaction.js'

/**
 * Connections to SQLite, each with a worker of its own: statements run outside the event loop, and those of several connections run at
 * the same time. Callers get a {@link SqliteConnection}.
 *
 * SQLite has one writer at a time. `createSqlitePool` combines two pools into what most programs need: one writer and several readers.
 * Use this driver with `createPool` for a pool of one kind.
 *
 * - A statement that its timeout or signal cancels rejects at once. {@link SqliteOptions.isolation} says what happens to it in the
 *   worker.
 * - On release the driver rolls back an open transaction and closes open cursors. The pool closes a connection that is released with a
 *   statement still running and awaited. It leases a connection whose statement was cancelled again after the worker has ended the
 *   statement, and destroys it if that takes longer than the pool's `resetTimeout`.
 * - A thread that is inside SQLite when its connection is destroyed ends when SQLite returns. While four such threads are left, connects
 *   fail and say why. Its slot in the pool becomes free when the thread ends, or after `closeTimeout`.
 * - On release the pool replaces a connection whose file was replaced, or whose session is stale.
 * - `pool.query(sql, parameters)` resolves with the rows. With the pool's option `share`, statements that read share connections: a thread then finds
 *   the next one when it is through with one. Writes go through `pool.use()` or `pool.transaction()`.
 * - Other changes of a holder (pragmas, temporary tables, attached databases) stay.
 *
 * ```ts
 * const pool = createPool(sqlite({ filename: 'shop.db', readonly: true }), { max: 4 })
 * const rows = await pool.use(connection => connection.all('select * from orders where customer = ?', [7]))
 * ```
 *
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function sqlite(options: SqliteOptions): Driver<SqliteConnection> {
  const config = parseSqliteOptions(options)
  const opened = new OnObjects<SqliteConnection, Opened>()
  const leftovers = new Leftovers()
  let isInMemoryTaken = false
  const openedAs = (connection: SqliteConnection): Opened => {
    const found = opened.get(connection)
    if (found === undefined) throw new TypeError('This connection was not opened by this driver.')
    return found
  }

  const destroy = ({ session, host }: Opened): Promise<void> | undefined => {
    session.destroy()
    leftovers.add(host)
    return host.ended ? undefined : host.end
  }

  /** The pool's hook is part of what each caller finds. */
  const setUpOrDestroy = async (
    found: Opened,
    { setUp, signal, onLinger }: ConnectContext,
  ): Promise<void> => {
    if (setUp === undefined) return
    await undoable(setUp(found.connection), signal, () => {
      const gone = destroy(found)
      if (gone !== undefined) onLinger?.(gone)
    })
  }

  return {
    name: 'sqlite',

    async connect(context: ConnectContext): Promise<SqliteConnection> {
      const { signal, onLost, onStale } = context
      signal.throwIfAborted()
      if (isInMemoryTaken) throw onlyOneInMemory()
      isInMemoryTaken = config.memory
      try {
        await leftovers.room(signal)
        const found = await open(config, signal, { onLost, onStale }, leftovers)
        opened.set(found.connection, found)
        await setUpOrDestroy(found, context)
        found.session.keep()
        return found.connection
      } catch (error) {
        isInMemoryTaken = false // it never was opened
        throw error
      }
    },

    validate: connection => openedAs(connection).session.statement('SELECT 1'),

    needsReset: connection => !openedAs(connection).session.clean,
    reset: (connection, { signal }) => openedAs(connection).session.reset(signal),
    cancel: (connection, { signal }) => openedAs(connection).session.cancel(signal),
    close: connection => openedAs(connection).session.close(),

    destroy: connection => destroy(openedAs(connection)),

    isUsable: connection => openedAs(connection).session.usable,

    ref: connection => openedAs(connection).host.ref(),
    unref: connection => openedAs(connection).host.unref(),
    isFatal,
    transaction: transactions(connection => openedAs(connection).session, {
      readonly: config.opening.readonly,
      queryOnly: config.queryOnly,
    }),
    share: sharing(config.isolation === 'thread' ? connection => openedAs(connection).session : undefined),
    describe: () => config.description,
    remedy: remedyFor,
  }
}

function onlyOneInMemory(): SqliteError {
  return new SqliteError({
    code: 'SQLITE_CANTOPEN',
    remedy: 'Give the pool { max: 1, maxLifetime: Infinity }, or give the database a file',
    message:
      "Each connection to ':memory:' has its own, empty database, even after the previous one has ended. Give the pool { max: 1, maxLifetime: Infinity }, and do not evict it; or give the database a file (in a temporary folder, for example).",
  })
}
