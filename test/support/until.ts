// Waiting for the outside world, in tests that have one.

import { patience } from './patience.js'

/** Waits for the outside world, which has no clock that a test could move: bounded, and short when all is well. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + patience
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${patience} ms in vain until ${what}.`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
