// As much of pg.Client as pg-pool and the drop-in for it touch, for the scenarios without a database.

import { EventEmitter } from 'node:events'
import pg from 'pg'
import type { Marks, Source } from '../peer.js'

/** What such a pool hands out; `stub` is the scenario's connection, where the client is not that itself. */
export interface Client<C> extends EventEmitter {
  stub?: C
  release(): void
}

/** What the options of a pool have besides its own, for its clients. */
export interface StubOptions {
  readonly source: Source<Marks>
}

/** Its clients connect and end as a scenario's source says, and run no queries. One class for all pools, as in an application. */
class StubClient extends EventEmitter {
  readonly _queryable = true
  readonly _ending = false
  readonly readyForQuery = true
  readonly host = 'stub'
  readonly port = 0
  stub: Marks | undefined = undefined
  readonly #source: Source<Marks>
  #connection: EventEmitter | undefined

  constructor({ source }: StubOptions) {
    super()
    this.#source = source
  }

  /** Made when it is asked for: pg-pool never does, and should not be weighed with it. */
  get connection(): EventEmitter {
    this.#connection ??= Object.assign(new EventEmitter(), { stream: { destroyed: false, destroy() {} } })
    return this.#connection
  }

  connect(done?: (error?: unknown) => void): Promise<void> | undefined {
    const connecting = this.#source.connect().then(stub => {
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
    const ending = this.#source.close(this.stub as Marks).then(() => {
      this.#connection?.emit('end')
    })
    if (done === undefined) return ending
    ending.then(done)
    return undefined
  }
}

/** What a pool of the source's connections has among its options; with a connection string its clients are pg's own. */
export function clientsOf<C extends Marks>(
  source: Source<C>,
): {
  Client: typeof pg.Client
  connectionString?: string
} {
  const { connectionString } = source
  if (connectionString !== undefined) return { connectionString, Client: pg.Client }
  const own: StubOptions = { source: source as unknown as Source<Marks> }
  return { ...own, Client: StubClient as unknown as typeof pg.Client }
}

/** The connection that a scenario marks. */
export function connectionOf<C extends Marks>({ connectionString }: Source<C>): (client: Client<C>) => C {
  return connectionString === undefined ? client => client.stub as C : client => client as unknown as C
}
