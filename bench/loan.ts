// The borrowers' books: that every connection was lent to one at a time, that everybody was served, and that all came back.

import type { Driver } from '../src/index.js'
import type { Marks, Source } from './peer.js'

/** A driver's object for the scenarios without a database. */
export class StubConnection implements Marks {
  lent = false
}

/** Opens connections that do nothing, and counts them as a database would. */
export class StubDatabase implements Source<StubConnection> {
  opened = 0
  open = 0
  most = 0

  /** @param connectTime how long a connect takes, in milliseconds; 0 = it is there at once. */
  constructor(readonly connectTime = 0) {}

  async connect(): Promise<StubConnection> {
    this.opened++
    this.open++
    this.most = Math.max(this.most, this.open)
    if (this.connectTime > 0) await new Promise(resolve => setTimeout(resolve, this.connectTime))
    return this.make()
  }

  async close(): Promise<void> {
    this.open--
  }

  protected make(): StubConnection {
    return new StubConnection()
  }
}

/** statepool's driver for connections of a source that is no database. */
export const driverOf = <C extends Marks>(source: Source<C>): Driver<C> => ({
  name: 'bench',
  connect: () => source.connect(),
  validate: async () => {},
  close: connection => source.close(connection),
  destroy: connection => void source.close(connection),
})

/** Every grant and every return goes through one of these; it costs the same few instructions in every peer. */
export class Ledger {
  granted = 0
  out = 0

  /** @throws Error when another borrower has the connection. */
  take(connection: Marks): void {
    if (connection.lent === true) throw new Error('A connection was lent to two borrowers at the same time.')
    connection.lent = true
    this.granted++
    this.out++
  }

  give(connection: Marks): void {
    connection.lent = false
    this.out--
  }

  /** @throws Error when it was not so many grants since the last check, or when a connection is still out. */
  check(expected: number): void {
    const { granted, out } = this
    this.granted = 0
    if (granted !== expected) throw new Error(`${granted} acquires were granted, and not ${expected}.`)
    if (out !== 0) throw new Error(`${out} connections did not come back.`)
  }
}
