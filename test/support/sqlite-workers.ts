// The threads and processes that this process has started, as Node itself tells of them, so that tests can count and kill them.

import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'

const alive = new Map<string, () => void>()

process.on('worker', (worker: Worker) => {
  const name = `thread ${worker.threadId}`
  alive.set(name, () => void worker.terminate())
  const over = (): void => void alive.delete(name)
  worker.once('exit', over)
  worker.on('message', message => {
    if ('ended' in message) over() // it has let go of the file: when Node is through with it is Node's affair
  })
})
subscribe('child_process', message => {
  const { process: child } = message as { process: ChildProcess }
  queueMicrotask(() => {
    const name = `process ${child.pid}`
    alive.set(name, () => child.kill('SIGKILL'))
    child.once('exit', () => alive.delete(name))
  })
})

/** Counts those alive that were started from now on: test files share a process, in which another file may have started some (esbuild's). */
export function workersFromNow(): () => number {
  const others = new Set(alive.keys())
  return () => [...alive.keys()].filter(name => !others.has(name)).length
}

/** Ends one as a crash would, behind the driver's back. */
export function crash({ worker }: { readonly worker: string }): void {
  alive.get(worker)?.()
}
