// As much of pg.Client as pg-pool and the drop-in for it touch, for the scenarios without a database.

import { EventEmitter } from 'node:events'
import type pg from 'pg'
import type { Marks, Source } from '../peer.js'

/** What such a pool hands out; `stub` is the scenario's connection, where the client is not that itself. */
export interface Client<C> extends EventEmitter {
  stub?: C
  release(): void
}

/** A class whose clients connect and end as a scenario's source says, and run no queries. */
export function stubClientOf<C extends Marks>(source: Source<C>): typeof pg.Client {
  class StubClient extends EventEmitter {
    readonly _queryable = true
    readonly _ending = false
    readonly readyForQuery = true
    readonly host = 'stub'
    readonly port = 0
    stub: C | undefined = undefined
    #connection: EventEmitter | undefined

    /** Made when it is asked for: pg-pool never does, and should not be weighed with it. */
    get connection(): EventEmitter {
      this.#connection ??= Object.assign(new EventEmitter(), { stream: { destroyed: false, destroy() {} } })
      return this.#connection
    }

    connect(done?: (error?: unknown) => void): Promise<void> | undefined {
      const connecting = source.connect().then(stub => {
        this.stub = stub
      })
      if (done === undefined) return connecting
      connecting.then(() => done(), done)
      return undefined
    }

    query(): never {
      throw new Error('A stub runs no queries.')
    }

    end(done?: () => void): Promise<void> | undefined {
      const ending = source.close(this.stub as C).then(() => {
        this.#connection?.emit('end')
      })
      if (done === undefined) return ending
      ending.then(done)
      return undefined
    }
  }
  return StubClient as unknown as typeof pg.Client
}

/** The connection that a scenario marks. */
export function connectionOf<C extends Marks>({ connectionString }: Source<C>): (client: Client<C>) => C {
  return connectionString === undefined ? client => client.stub as C : client => client as unknown as C
}
