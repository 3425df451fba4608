// Ledgers in the memory of this process, for tests: a fleet in simulated time needs no server.
import { type Clock, systemClock } from '../../core/clock.js'
import type { Answer, FleetEngine, Report } from '../ledger/engine.js'
import { exchange, expire, type Ledger, newLedger } from '../ledger/ledger.js'

/** The options of {@link memoryEngine}. */
export interface MemoryEngineOptions {
  /** The engine's clock. Default: the system's. */
  clock?: Clock | undefined
}

/** An engine in this process's memory; see {@link memoryEngine}. */
export interface MemoryEngine extends FleetEngine {
  /** How many pools the fleet's ledger has, and how many connections they hold together, as of their last reports. */
  count(fleet: string): { readonly pools: number; readonly held: number }
  /** Forgets all ledgers, as a Redis that was restarted without its data. */
  forget(): void
}

/**
 * Keeps ledgers in the memory of this process: for tests of what an application does in a fleet. Its pools share a budget only with pools of the same process
 * that were given this same engine; for that, without a test, `poolGroup` is simpler.
 */
export function memoryEngine({ clock = systemClock }: MemoryEngineOptions = {}): MemoryEngine {
  const ledgers = new Map<string, Ledger>()
  const ledgerOf = (fleet: string): Ledger => {
    let ledger = ledgers.get(fleet)
    if (ledger === undefined) {
      ledger = newLedger(clock.now())
      ledgers.set(fleet, ledger)
    }
    return ledger
  }
  return {
    name: 'memory',
    exchange: async (fleet: string, report: Report): Promise<Answer> =>
      exchange(ledgerOf(fleet), report, clock.now()),
    count(fleet) {
      const ledger = ledgers.get(fleet)
      if (ledger !== undefined) expire(ledger, clock.now())
      return { pools: ledger?.entries.size ?? 0, held: ledger?.held ?? 0 }
    },
    forget: () => ledgers.clear(),
  }
}
