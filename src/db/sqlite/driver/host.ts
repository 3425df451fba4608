// Where a connection's worker lives: a thread or a process of its own, alike from this side.

import type { Answer, Greeting, Opening, Request } from '../wire/messages.js'

/** What a connection is told by its worker's home. */
export interface HostEvents {
  readonly message: (message: Answer | Greeting) => void
  /** The worker has ended: called once, and last. `reason` is what is known of why. */
  readonly exit: (reason: Error) => void
}

/** The home of one worker. */
export interface Host {
  /** `'thread 7'` or `'process 4711'`, for messages. */
  readonly name: string
  /** Whether it has ended; only then has it let go of the file. */
  readonly ended: boolean
  /** Settles when it has ended. */
  readonly end: Promise<void>
  /** @throws Error when the message holds what cannot be sent. */
  post(message: Opening | Request): void
  /** Asks for the end of a call. Whether that ended the whole worker, because nothing less would do. */
  callOff(id: number): boolean
  ref(): void
  unref(): void
  /** Ends the worker: a process at once, a thread as soon as it is not inside SQLite. Never throws. */
  kill(): void
}

/** Where a connection runs: in a thread or in a process. */
export type Isolation = 'thread' | 'process'
