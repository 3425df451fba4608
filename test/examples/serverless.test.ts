// The function of the page on going live: frozen between two requests, while the server ends its idle connection.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { expect, inject, it, onTestFinished } from 'vitest'
import { bundle } from '../support/bundle.js'
import { until } from '../support/until.js'

it('serverless.ts answers after a thaw, although its connection has died in the frost', async () => {
  const { host, port, user, password, database } = inject('postgres')
  const connectionString = `postgres://${user}:${password}@${host}:${port}/${database}`
  const env = { ...process.env, DATABASE_URL: connectionString }
  const program = spawn(process.execPath, [await bundle('examples/serverless.ts')], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  const ask = async () => {
    program.stdin.write('a request\n')
    return JSON.parse((await answers.next()).value)
  }
  const { answer, session } = await ask()
  expect(answer).toBe(42)

  program.kill('SIGSTOP')
  const server = new pg.Client(connectionString)
  await server.connect()
  const ofProgram = async () =>
    (await server.query('select pid from pg_stat_activity where pid = $1', [session])).rowCount
  await server.query('select pg_terminate_backend($1)', [session])
  await until(async () => (await ofProgram()) === 0, 'the server has ended the session')
  await server.end()
  await pause(600) // longer than validateAfter
  program.kill('SIGCONT')

  const after = await ask()
  expect(after.answer).toBe(42)
  expect(after.session).not.toBe(session)
  program.stdin.end()
  expect(await once(program, 'exit')).toEqual([0, null])
})
