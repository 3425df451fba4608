// The program's switches, as the page sees and moves them.
import { failure } from './controls.js'
import type { Switch } from './options.js'
import type { Answer, FaultRequest, FaultsChanged } from './protocol.js'

/** All switches of one inspector. */
export class Switches {
  readonly #switches: ReadonlyMap<string, Switch>
  readonly #on = new Set<string>()
  readonly #tell: (changed: FaultsChanged) => void

  /** @param tell called when one was switched */
  constructor(switches: readonly Switch[], tell: (changed: FaultsChanged) => void) {
    this.#switches = new Map(switches.map((each, index) => [String(index), each]))
    this.#tell = tell
    for (const [id, { on }] of this.#switches) if (on === true) this.#on.add(id)
  }

  /** How they are. */
  state(): FaultsChanged {
    const faults = [...this.#switches].map(([id, { name }]) => ({ id, title: name, on: this.#on.has(id) }))
    return { type: 'faults', faults }
  }

  /** Moves one, and answers when its program has done so. */
  async set({ id, on }: FaultRequest): Promise<Answer> {
    const found = this.#switches.get(id)
    if (found === undefined) return failure('NOT_FOUND', 'This program has no such switch.')
    if (typeof on !== 'boolean') return failure('BAD_REQUEST', 'on must be true or false.')
    let isOn = on
    try {
      isOn = (await found.set(on)) ?? on
    } catch (error) {
      return failure(
        'FAILED',
        `${found.name} could not be switched: ${error instanceof Error ? error.message : error}`,
      )
    }
    if (isOn) this.#on.add(id)
    else this.#on.delete(id)
    this.#tell(this.state())
    return { ok: true }
  }
}
