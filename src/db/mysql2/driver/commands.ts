// What the driver itself asks of a session, as promises.

import type { Session } from './session.js'

/** Calls a function of mysql2's that calls back. */
export function call(start: (done: (error: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start(error => (error ? reject(error) : resolve()))
  })
}

/** Runs a statement whose answer is that it worked. */
export function query({ core }: Session, sql: string): Promise<void> {
  return call(done => core.query(sql, done))
}

/** Runs a query whose rows the driver reads itself, whatever the connection's own settings are. */
export function rowsOf({ core }: Session, sql: string): Promise<readonly (readonly unknown[])[]> {
  return new Promise((resolve, reject) => {
    core.query({ sql, rowsAsArray: true, typeCast: true }, (error, rows) =>
      error ? reject(error) : resolve(rows as unknown as readonly (readonly unknown[])[]),
    )
  })
}
