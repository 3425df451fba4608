// What is compared: pools behind one contract, so that each scenario is written once and every pool does the same work.

/** What a scenario marks on each connection, to see that it is never lent twice at a time. */
export interface Marks {
  lent?: boolean
}

/** Where a peer's connections come from. */
export interface Source<C extends Marks> {
  connect(): Promise<C>
  close(connection: C): Promise<void>
  /** Set when the connections are pg.Clients: pools that bring their own way to make those use it. */
  readonly connectionString?: string
  /** Set when they are mysql2's: the same for its pools. */
  readonly mysqlUri?: string
}

/** The same for every peer; each adapter says how it brings them about. */
export interface Settings {
  /** Connections that are open when {@link Peer.open} settles. */
  readonly min: number
  readonly max: number
  /** Every acquire's deadline, in milliseconds. Without it acquires wait for ever, in those peers that can. */
  readonly acquireTimeout?: number
  /** Opens as many connections at the same time as it does by default, and not as many as it can. */
  readonly defaultPace?: boolean
  /** Everything but `min`, `max` and a bound for those who wait is as the pool has it by default. */
  readonly defaults?: boolean
}

/** A running pool. `H` is what it hands out: a lease, or the connection itself. */
export interface BenchPool<C extends Marks, H = unknown> {
  acquire(): Promise<H>
  connectionOf(held: H): C
  release(held: H): void
  /** An acquire with a deadline of its own, in milliseconds. */
  acquireWithin?(timeout: number): Promise<H>
  /** An acquire that its caller can give up, by one of {@link abortables}. */
  acquireAbortable?(token: unknown): Promise<H>
  /** What `count` callers bring with them to abort by. Made before the measurement starts: it is not the pool's work. */
  abortables?(count: number): { readonly token: unknown; abort(): void }[]
  /** Runs one statement on whatever connection; of pools of a database. */
  query?(text: string, values: unknown[]): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

/** One contestant. */
export interface Peer {
  readonly name: string
  /** `limit` is what no pool can beat; `own` is this package; `rival` is what it is measured against. */
  readonly kind: 'limit' | 'own' | 'rival'
  open<C extends Marks>(source: Source<C>, settings: Settings): Promise<BenchPool<C>>
}

/** Opens `count` connections in a pool that does so only on demand: borrows as many at a time, and gives them back. */
export async function fill<C extends Marks, H>(
  pool: BenchPool<C, H>,
  count: number,
): Promise<BenchPool<C, H>> {
  const held = await Promise.all(Array.from({ length: count }, () => pool.acquire()))
  for (const one of held) pool.release(one)
  return pool
}
