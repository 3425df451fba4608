// The threads and processes that this process has started, as Node itself tells of them, so that tests can count and kill them.

import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'

const alive = new Map<string, () => void>()

process.on('worker', (worker: Worker) => {
  const name = `thread ${worker.threadId}`
  alive.set(name, () => void worker.terminate())
  worker.once('exit', () => alive.delete(name))
})
subscribe('child_process', message => {
  const { process: child } = message as { process: ChildProcess }
  queueMicrotask(() => {
    const name = `process ${child.pid}`
    alive.set(name, () => child.kill('SIGKILL'))
    child.once('exit', () => alive.delete(name))
  })
})

/** How many are alive. */
export const workersAlive = (): number => alive.size

/** Ends one as a crash would, behind the driver's back. */
export function crash({ worker }: { readonly worker: string }): void {
  alive.get(worker)?.()
}
