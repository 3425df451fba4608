// What the model of a connection is told, and remembers besides its state.

/** What {@link connectionModel} remembers besides its state. */
export interface ConnectionMemory {
  /** Callers in the queue. */
  readonly waiting: number
  /** Whether the caller for whom it is validated still waits. */
  readonly awaited: boolean
  /** How many times it has been leased; the pool retires it after the second time. */
  readonly uses: number
  readonly poolCloses: boolean
  /** It is to be closed, but what its holder runs is being cancelled first. */
  readonly retired: boolean
  /** It came back while a request to cancel was on its way. */
  readonly out: boolean
  /** Answers that came too late have arrived. */
  readonly late: boolean
}

/** Everything that callers, the database, time and an operator cause. */
export const connectionEvents = [
  'acquire',
  'acquire after a while',
  'acquire, and onLend takes its time',
  'caller gives up',
  'caller times out',
  'statements share it',
  'the signal aborts',
  'the cancel is answered',
  'the cancel fails',
  'the cancel times out',
  'release clean',
  'release dirty',
  'release ended',
  'release, and onReturn throws',
  'destroy the lease',
  'destroy in the midst of a statement',
  'the server lets go',
  'the server does not let go',
  'connect succeeds',
  'connect fails',
  'connect succeeds, and onConnect throws',
  'connect succeeds, and onConnect throws in the midst of a statement',
  'connect times out',
  'validation succeeds',
  'validation fails',
  'validation times out',
  'onLend accepts',
  'onLend refuses',
  'onLend throws',
  'onLend takes too long',
  'reset succeeds',
  'reset fails',
  'reset times out',
  'the close is answered',
  'the close fails',
  'the close times out',
  'the connection is lost',
  'the keepalive is due',
  'it was idle for too long',
  'it is too old',
  'the pool closes',
  'the drain time is up',
  'the operator destroys it',
  'late answers arrive',
] as const
