// The measured process: one scenario with one peer, a round each time it is asked.

import { peers } from './peers/index.js'
import type { Plan, Reading } from './scenario.js'
import { scenarios } from './scenarios/index.js'

/** The first message to a worker; then each `'round'` is answered by a {@link Reply}. */
export interface Assignment {
  readonly scenario: string
  readonly peer: string
  readonly plan: Plan
}

export type Reply =
  | { readonly type: 'prepared' }
  | { readonly type: 'round'; readonly readings: Reading[] }
  | { readonly type: 'failed'; readonly error: string }

const reply = (message: Reply): void => {
  process.send?.(message)
}

const failed = (error: unknown): void => {
  reply({ type: 'failed', error: error instanceof Error ? error.message : String(error) })
}

process.once('message', (assignment: Assignment) => {
  work(assignment).catch(failed)
})
process.once('disconnect', () => process.exit())
process.on('uncaughtException', failed)

async function work({ scenario: name, peer, plan }: Assignment): Promise<void> {
  const scenario = scenarios[name]
  const load = peers[peer]
  if (scenario === undefined || load === undefined) throw new Error(`There is no ${name} with ${peer}.`)
  const round = await scenario.prepare(await load(), plan)
  reply({ type: 'prepared' })
  process.on('message', () => {
    round().then(readings => reply({ type: 'round', readings }), failed)
  })
}
