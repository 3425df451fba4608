// A program that is stopped (SIGSTOP, a suspended container, a laptop that sleeps) for longer than its deadlines, while answers arrive.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { suspend } from '../../support/postgres-server/suspend.js'
import { startTcpProxy } from './tcp-proxy.js'
import { until } from './until.js'

/** Longer than it takes to stop the process once it has begun to wait; in milliseconds. */
const deadline = 4_000
const frozen = 1.5 * deadline

interface Server {
  readonly [option: string]: unknown
  readonly host: string
  readonly port: number
}

const isStopped = (pid: number): boolean =>
  execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .startsWith('T')

/**
 * Runs a program through its protocol: it says `ready`, and once it was told `go`, `under way`; then it is stopped, and what the server
 * answers arrives meanwhile.
 * @param program its bundle
 * @param server what it connects to, which it gets as JSON, with the port of a proxy, beside the deadline
 * @returns what it reports when it goes on
 */
export async function reportOfFrozen(program: string, server: Server): Promise<Record<string, unknown>> {
  const proxy = await startTcpProxy(server)
  const config = JSON.stringify({ ...server, port: proxy.port })
  const child = spawn(process.execPath, [program, config, String(deadline)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const pid = child.pid ?? 0
  const told = async (): Promise<unknown> => (await once(child, 'message'))[0]
  const expected = async (what: string, telling: Promise<unknown>): Promise<void> => {
    const message = await telling
    if (message !== what) throw new Error(`The program was to say ${what}, and said ${String(message)}.`)
  }
  try {
    await expected('ready', told())
    proxy.hold()
    const under = told()
    child.send('go')
    await expected('under way', under)
    const suspended = await suspend([pid])
    await until(() => isStopped(pid), 'the process stands still')
    proxy.pass()
    await new Promise(resolve => setTimeout(resolve, frozen))
    const report = told()
    await suspended.resume()
    const outcomes = (await report) as Record<string, unknown>
    await once(child, 'exit')
    return outcomes
  } finally {
    child.kill('SIGKILL')
    await proxy.stop()
  }
}
