// Processes of a server, as the operating system knows them.

import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** How long a process may take to end, in milliseconds. */
const patience = 60_000

/** Settles when none of the processes has anything open any more: each has ended, whether or not its parent has taken note of it. */
export async function processesEnd(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + patience
  while (pids.some(isAlive)) {
    if (performance.now() > deadline)
      throw new Error(`Processes that do not end: ${pids.filter(isAlive).join(', ')}`)
    await pause(1)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const path = `/proc/${pid}/stat`
  return !(existsSync(path) && /\) Z /.test(readFileSync(path, 'utf8')))
}
