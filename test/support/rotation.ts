// A password that changes three times under load, while a pool replaces its connections.

import { until } from './until.js'

/** What is rotated: an account, and a pool that asks a function for its password. */
export interface Rotated {
  readonly pool: { stats(): { opened: number; total: number; generation: number }; evict(): void }
  /** One statement of a caller. */
  readonly ask: () => Promise<unknown>
  /** Gives the account this password; from then on the function answers it. */
  readonly change: (password: string) => Promise<void>
}

/**
 * Callers ask without a pause; each change is followed by `evict()`, and the next one comes when the pool has opened as many connections as it had.
 * @returns how many were answered, and what those were told that were not
 */
export async function rotateUnderLoad({ pool, ask, change }: Rotated) {
  const errors: unknown[] = []
  let answered = 0
  let over = false
  const caller = async (): Promise<void> => {
    while (!over) {
      await ask().then(
        () => answered++,
        error => errors.push(error),
      )
    }
  }
  const callers = Array.from({ length: 12 }, caller)
  for (const password of ['second', 'third', 'fourth']) {
    const { total, opened } = pool.stats()
    const before = answered
    await change(password)
    pool.evict()
    await until(() => pool.stats().opened >= opened + total && answered >= before + 50, 'all are new')
  }
  over = true
  await Promise.all(callers)
  return { answered, errors }
}
