// The connections of a drop-in pool as mysql2 lists them, and the idle ones beyond `maxIdle`, which are closed within a second.

import type { ConnectContext, Driver } from '../../../index.js'
import type { PoolConnection } from './connection.js'

/** How often mysql2 looks for idle connections that are too many; in ms. */
const sweepInterval = 1_000

type Core = { readonly stream: { once(event: 'close', listener: () => void): unknown } }

/** Follows the connections that the driver opens. */
export class Shelf {
  readonly #all = new Set<PoolConnection>()
  #returns = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Including those that are being opened. */
  get all(): PoolConnection[] {
    return [...this.#all]
  }

  /** The one that came back last is at the end. */
  get free(): PoolConnection[] {
    return this.all.filter(({ free }) => free).sort((one, other) => one.returned - other.returned)
  }

  /** A new one, which is being opened. */
  add(connection: PoolConnection): PoolConnection {
    this.#all.add(connection)
    const { stream } = connection as unknown as Core
    stream.once('close', () => this.remove(connection))
    return connection
  }

  /** The driver, watched. */
  watch(driver: Driver<PoolConnection>): Driver<PoolConnection> {
    return {
      ...driver,
      connect: async (context: ConnectContext) => {
        let connection: PoolConnection | undefined
        const onLost = (reason: unknown): void => {
          if (connection !== undefined) this.remove(connection)
          context.onLost(reason)
        }
        connection = await driver.connect({ ...context, onLost })
        connection.open = true
        return connection
      },
      validate: (face, context) => face.serve(() => driver.validate(face, context)),
      reset: (face, context) => face.serve(async () => driver.reset?.(face, context)),
      close: face => {
        this.remove(face)
        return face.serve(() => driver.close(face))
      },
      destroy: (face, options) => {
        this.remove(face)
        return driver.destroy(face, options)
      },
    }
  }

  /**
   * One came back.
   * @param retire closes one that has been idle for long
   */
  returned(connection: PoolConnection, maxIdle: number, retire: (connection: PoolConnection) => void): void {
    connection.returned = ++this.#returns
    if (this.#timer !== undefined || this.#all.size <= maxIdle) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#sweep(maxIdle, retire)
    }, sweepInterval)
    this.#timer.unref()
  }

  /** Nothing is to be closed for being idle any more. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  /** Those that have been idle for longest. */
  #sweep(maxIdle: number, retire: (connection: PoolConnection) => void): void {
    const { free } = this
    for (const connection of free.slice(0, Math.max(0, free.length - maxIdle))) retire(connection)
  }

  /** It has ended, or ends. */
  remove(connection: PoolConnection): void {
    connection.open = false
    this.#all.delete(connection)
  }
}
