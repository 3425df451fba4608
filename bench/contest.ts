// One scenario: a process for each peer, all prepared one after the other, and then their rounds in turn.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Plan, Reading, Scenario } from './scenario.js'
import type { Assignment, Reply } from './worker.js'

/** What a contest gave: for each metric and peer the values of all rounds, in order. */
export interface Outcome {
  readonly values: Map<string, Map<string, number[]>>
  /** Peers that did not do the work, and why. */
  readonly failures: Map<string, string>
}

/** Told before each step; `done` of `steps` are over. */
export type Progress = (what: string, done: number, steps: number) => void

/**
 * Measures a scenario. Only one process works at any time; who goes first changes from round to round. A peer that fails is left out
 * from then on, with all that it had measured.
 * @param wantsMore asked after the planned rounds whether as many again are to follow, and once more after those
 */
export async function contest(
  scenario: Scenario,
  peers: readonly string[],
  plan: Plan,
  { worker, profiles }: { worker: string; profiles?: string | undefined },
  progress: Progress,
  wantsMore: (outcome: Outcome) => boolean = () => false,
): Promise<Outcome> {
  const values: Outcome['values'] = new Map(Object.keys(scenario.metrics).map(metric => [metric, new Map()]))
  const failures: Outcome['failures'] = new Map()
  const running = new Map<string, Contestant>()
  let steps = peers.length * (plan.rounds + 1)
  let done = 0
  const attempt = async (peer: string, what: string, step: () => Promise<void>) => {
    progress(`${scenario.name}: ${peer}, ${what}`, done++, steps)
    await step().catch(async (error: Error) => {
      failures.set(peer, error.message)
      await running.get(peer)?.end()
      running.delete(peer)
      for (const byPeer of values.values()) byPeer.delete(peer)
    })
  }
  const mayGoOn = (round: number): boolean => {
    if (round % plan.rounds !== 0 || round === 0) return true
    if (round >= mostRepeats * plan.rounds || !wantsMore({ values, failures })) return false
    steps += running.size * plan.rounds
    return true
  }
  try {
    for (const peer of peers) {
      await attempt(peer, 'warming up', async () => {
        const contestant = new Contestant(worker, profiles)
        running.set(peer, contestant)
        await contestant.ask({ scenario: scenario.name, peer, plan })
      })
    }
    for (let round = 0; mayGoOn(round); round++) {
      for (const peer of rotate([...running.keys()], round)) {
        await attempt(peer, `round ${round + 1}`, async () => {
          for (const { metric, value } of (await running.get(peer)?.ask('round')) ?? []) {
            const byPeer = values.get(metric)
            byPeer?.set(peer, [...(byPeer.get(peer) ?? []), value])
          }
        })
      }
    }
  } finally {
    await Promise.all([...running.values()].map(contestant => contestant.end()))
  }
  return { values, failures }
}

/** How often the planned rounds are done at most, while they leave open whether a target is reached. */
const mostRepeats = 3

/** How long one step of one peer may take, in milliseconds: by then it is stuck. */
const patience = 120_000

/** A measured process. */
class Contestant {
  readonly #process

  /** @param profiles where to write a CPU profile at the end, if one is wanted */
  constructor(worker: string, profiles?: string) {
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
    this.#process = fork(worker, {
      execArgv: ['--expose-gc', ...profiling],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
  }

  /**
   * Gives the process something to do; a round answers what it measured.
   * @throws Error with what went wrong in the process.
   */
  ask(message: Assignment | 'round'): Promise<Reading[]> {
    const child = this.#process
    return new Promise((resolve, reject) => {
      const impatience = setTimeout(
        () => settle(new Error(`took longer than ${patience / 1_000} s`)),
        patience,
      )
      const settle = (outcome: Reply | Error) => {
        clearTimeout(impatience)
        child.off('message', settle).off('exit', died)
        if (outcome instanceof Error) reject(outcome)
        else if (outcome.type === 'failed') reject(new Error(outcome.error))
        else resolve(outcome.type === 'round' ? outcome.readings : [])
      }
      const died = (code: number | null, signal: string | null) => {
        settle(new Error(`its process ended with ${signal ?? code}`))
      }
      child.on('message', settle).on('exit', died)
      child.send(message)
    })
  }

  /** Lets the process go; one that is stuck is killed. */
  async end(): Promise<void> {
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    if (child.connected) child.disconnect()
    const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(impatience)
  }
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
