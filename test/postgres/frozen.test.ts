// A process that is stopped (SIGSTOP, a suspended container, a laptop that sleeps) for longer than its deadlines, while the answers
// arrive: when it goes on, none of them has passed.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, inject, it } from 'vitest'
import { suspend } from '../../support/postgres-server/suspend.js'
import { bundle } from '../support/bundle.js'
import { startTcpProxy } from '../support/tcp-proxy.js'
import { until } from '../support/until.js'

/** Longer than it takes to stop the process once it has begun to wait. */
const deadline = 4_000
const frozen = 1.5 * deadline

const program = await bundle('test/support/programs/pools-while-frozen.ts')

const isStopped = (pid: number): boolean =>
  execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .startsWith('T')

it('no deadline passes, no caller fails and no connection is closed', async () => {
  const { host, user, password, database, ...server } = inject('postgres')
  const proxy = await startTcpProxy({ host, port: server.port })
  const config = JSON.stringify({ host, port: proxy.port, user, password, database })
  const child = spawn(process.execPath, [program, config, String(deadline)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const pid = child.pid ?? 0
  const told = async (): Promise<unknown> => (await once(child, 'message'))[0]
  try {
    expect(await told()).toBe('ready')
    proxy.hold()
    const under = told()
    child.send('go')
    expect(await under).toBe('under way')
    const suspended = await suspend([pid])
    await until(() => isStopped(pid), 'the process stands still')
    proxy.pass()
    await new Promise(resolve => setTimeout(resolve, frozen))
    const report = told()
    await suspended.resume()
    const outcomes = (await report) as Record<string, unknown>
    const well = { outcome: 'well', opened: 1, lost: 0, failedConnects: 0, timedOut: 0, cutOff: 0 }
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map(name => [name, well])))
    expect(Object.keys(outcomes)).toHaveLength(16)
    await once(child, 'exit')
  } finally {
    child.kill('SIGKILL')
    await proxy.stop()
  }
})
