// The embedded server leaves no process and no folder behind, however the program that started it ends.

import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../support/postgres-server/free-port.js'
import { startPostgres } from '../../support/postgres-server.js'
import { bundle } from './bundle.js'
import { until } from './until.js'

const program = await bundle('test/support/programs/start-postgres.ts')

/** A process that has ended but that nobody has reaped is as good as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
  return !/\) Z /.test(stat)
}

/** The contents of the databases that all clusters of the tests are copied from. */
async function original(): Promise<Map<string, string>> {
  const base = join(process.env.STATEPOOL_POSTGRES_TEMPLATE as string, 'data', 'base')
  const told = new Map<string, string>()
  for (const database of await readdir(base))
    for (const file of await readdir(join(base, database)))
      told.set(`${database}/${file}`, hash('sha1', await readFile(join(base, database, file))))
  expect(told.size).toBeGreaterThan(100)
  return told
}

/** Runs the program until it has said where its server is. */
async function startProgram(mode: 'wait' | 'leave') {
  const child = spawn(process.execPath, [program, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.includes('\n')) break
  }
  const server = JSON.parse(said) as { folder: string; pid: number }
  return { child, ended, server }
}

describe('the embedded PostgreSQL server', () => {
  it('is gone with its folder after stop, which may be called twice', async () => {
    const server = await startPostgres()
    const { pid = 0, folder } = server
    expect([isAlive(pid), existsSync(folder)]).toEqual([true, true])
    await Promise.all([server.stop(), server.stop()])
    expect([isAlive(pid), existsSync(folder), server.pid]).toEqual([false, false, undefined])
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'is gone after its program was ended by %s',
    async signal => {
      const { child, ended, server } = await startProgram('wait')
      expect([isAlive(server.pid), existsSync(server.folder)]).toEqual([true, true])
      child.kill(signal)
      await ended
      await until(() => !isAlive(server.pid) && !existsSync(server.folder), 'server and folder are gone')
    },
  )

  it('does not keep its program alive, and is gone when that has ended by itself', async () => {
    const { ended, server } = await startProgram('leave')
    await ended
    await until(() => !isAlive(server.pid) && !existsSync(server.folder), 'server and folder are gone')
  })

  it('keeps its data and its port over a crash and a restart, and writes to nothing that it has been copied from', async () => {
    const before = await original()
    const server = await startPostgres()
    const ask = async (sql: string): Promise<unknown[]> => {
      const client = new pg.Client(server.connectionString)
      await client.connect()
      const { rows } = await client.query(sql)
      await client.end()
      return rows
    }
    await ask('CREATE DATABASE other')
    await ask('CREATE TABLE kept AS SELECT 42 AS answer')
    await server.kill()
    await server.restart()
    expect(await ask('SELECT * FROM kept')).toEqual([{ answer: 42 }])
    await server.kill()
    await server.stop()
    expect(existsSync(server.folder)).toBe(false)
    expect(await original()).toEqual(before)
  })

  it('says why it does not start, in the words of the server, and leaves nothing', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'statepool-test-'))
    await chmod(elsewhere, 0o755)
    const before = process.env.TMPDIR
    process.env.TMPDIR = elsewhere
    try {
      const starting = startPostgres({ settings: { work_mem: 'plenty' } })
      await expect(starting).rejects.toThrow(
        /PostgreSQL did not start on 127\.0\.0\.1:\d+: it exited with 1\.\n.*work_mem.*plenty/,
      )
      expect(await readdir(elsewhere)).toEqual([])
    } finally {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
      await rm(elsewhere, { recursive: true })
    }
  })

  it('takes another port when the one that it chose has been taken meanwhile', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const taken = (squatter.address() as AddressInfo).port
    const ports = [taken, await freePort('127.0.0.1')]
    const server = await startPostgres({ choosePort: async () => ports.shift() ?? 0 })
    expect(server.port).not.toBe(taken)
    squatter.close()
    await server.stop()
  })
})
