// COM_RESET_CONNECTION as a command of mysql2's, for those of its versions that have none (before 3.22).

import { EventEmitter } from 'node:events'
import { call } from './commands.js'
import type { Core, Packet } from './internals.js'

const resetPacket = Buffer.from([1, 0, 0, 0, 0x1f])

/** Has the server reset the session, and forgets its prepared statements as the server does. */
export function resetConnection(core: Core): Promise<void> {
  return call(done => {
    if (typeof core.reset === 'function') core.reset(done)
    else core.addCommand(new ResetConnection(done) as never)
  })
}

/** What mysql2 calls of a command; its own of that name, in later versions, has the same parts. */
class ResetConnection extends EventEmitter {
  next: unknown = null
  readonly onResult: (error: unknown) => void

  constructor(done: (error: unknown) => void) {
    super()
    this.onResult = done
  }

  stateName(): string {
    return 'resetConnectionResponse'
  }

  resetConnectionResponse(core: Core): void {
    for (const key of [...core._statements.keys()]) core._statements.delete(key)
  }

  /** @returns whether it is done */
  execute(packet: (Packet & { asError(encoding: string): Error }) | undefined, core: Core): boolean {
    if (packet === undefined) {
      core._resetSequenceId()
      core.write(resetPacket)
      core._bumpSequenceId(1)
      this.next = this.resetConnectionResponse
      return false
    }
    const error = packet.isError() ? packet.asError('utf8') : null
    if (error === null) this.resetConnectionResponse(core)
    process.nextTick(this.onResult, error)
    this.emit('end')
    return true
  }
}
