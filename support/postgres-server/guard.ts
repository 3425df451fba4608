// The guard of a server's folder: a shell that outlives this process just long enough to tidy up after it.
//
// Exit hooks miss SIGKILL and crashes, cannot wait, and change how the program that has them reacts to Ctrl-C. The guard needs
// none: it reads from a pipe whose other end is this process, and the operating system closes that end however we end.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Guard {
  /** A new folder, which goes when the guard does. */
  readonly folder: string
  /** Tells which process to stop first; undefined when it has ended. */
  watch(pid: number | undefined): void
  /** Removes the folder, and settles when the guard has gone. */
  dismiss(): Promise<void>
}

/**
 * Lines of process ids come in, and the last one counts. At the end of input: a fast shutdown, and 10 s later a hard one. That
 * the server has ended is told by its file going, for where nobody reaps orphans (a container's process 1, often) its process
 * id stays. The folder is removed twice, in case an initdb under way wrote to it still.
 */
const script = `
pid=0
while read -r line; do pid=$line; done
if [ "$pid" != 0 ]; then
  kill -INT "$pid" 2>/dev/null
  waits=0
  while [ -e "$1/data/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null && [ $waits -lt 200 ]; do
    sleep 0.05
    waits=$((waits + 1))
  done
  kill -KILL "$pid" 2>/dev/null
fi
[ -e "$1" ] || exit 0
rm -rf -- "$1"
sleep 0.5
rm -rf -- "$1"
`

/** Makes a temporary folder, and the guard that removes it. */
export async function createGuard(): Promise<Guard> {
  if (process.platform === 'win32')
    throw new Error('The embedded PostgreSQL needs Linux or macOS; use a server of your own here.')
  const folder = await mkdtemp(join(tmpdir(), 'statepool-postgres-'))
  const shell = spawn('/bin/sh', ['-c', script, 'postgres-guard', folder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // out of reach of Ctrl-C in a terminal, and of the terminal's end
  })
  const started = once(shell, 'spawn')
  const ended = new Promise<void>(resolve => shell.once('exit', () => resolve()))
  shell.stdin.on('error', () => {}) // the guard was killed: no one is left to tell
  await started
  shell.unref()
  ;(shell.stdin as Socket).unref()
  return {
    folder,
    watch: pid => {
      shell.stdin.write(`${pid ?? 0}\n`)
    },
    async dismiss() {
      await rm(folder, { recursive: true, force: true })
      shell.ref()
      shell.stdin.end()
      await ended
    },
  }
}
