// SIGSTOP for processes of a server, which are continued even if this process is gone before it does so.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Processes that stand still. */
export interface Suspended {
  readonly pids: readonly number[]
  /** Lets them go on. Idempotent. */
  resume(): Promise<void>
}

/**
 * Stops processes by SIGSTOP. A stopped backend of PostgreSQL can neither answer nor notice that its client or its server has
 * gone: it would stay for ever if nobody sent it SIGCONT. So a shell waits for the end of a pipe, which comes when this process
 * resumes them, and also when it ends in whatever way.
 */
export async function suspend(pids: readonly number[]): Promise<Suspended> {
  const shell = spawn(
    '/bin/sh',
    ['-c', 'read -r _; kill -CONT "$@" 2>/dev/null', 'resume', ...pids.map(String)],
    {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true, // out of reach of Ctrl-C in a terminal
    },
  )
  const ended = new Promise<void>(resolve => shell.once('exit', () => resolve()))
  shell.stdin.on('error', () => {})
  await once(shell, 'spawn')
  for (const pid of pids) signal(pid, 'SIGSTOP')
  return {
    pids,
    async resume() {
      shell.stdin.end()
      await ended
    },
  }
}

/** Sends a signal to a process that may be gone by now. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
