// What docs/production.md promises of a server that is told to end, on the programs that it shows.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bundle } from '../support/bundle.js'
import { patience } from '../support/patience.js'

interface Asked {
  /** Resolves when the server has begun to answer. */
  readonly begun: Promise<unknown>
  readonly answer: Promise<{ status: number | undefined; body: string }>
}

interface Server {
  readonly child: ChildProcess
  readonly said: string[]
  readonly ask: (path: string) => Asked
  /** Resolves to how it ended: its exit code and its signal. */
  readonly ended: Promise<unknown[]>
}

async function start(name: string, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const child = spawn(process.execPath, [await bundle(`examples/${name}.ts`)], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => {
    child.kill('SIGKILL')
    agent.destroy()
  })
  const ended = once(child, 'close')
  const said: string[] = []
  const port = new Promise<string | undefined>(resolve => {
    createInterface(child.stdout).on('line', line => {
      said.push(line)
      const [, given] = /^listening on (\d+)$/.exec(line) ?? []
      if (given !== undefined) resolve(given)
    })
  })
  const address = `http://127.0.0.1:${await port}`
  const ask = (path: string): Asked => {
    // A server of Node's says "100 Continue" just before it calls the handler.
    const asked = request(`${address}${path}`, { agent, headers: { expect: '100-continue' } })
    const begun = once(asked, 'continue').then(() => asked.end())
    const answer = once(asked, 'response').then(async ([response]: IncomingMessage[]) => ({
      status: response?.statusCode,
      body: response === undefined ? '' : await text(response),
    }))
    begun.catch(() => {})
    answer.catch(() => {})
    return { begun, answer }
  }
  return { child, said, ask, ended }
}

const exited = [0, null]
const signalled = [null, 'SIGTERM'] // Nest ends by the signal that it was given

describe.each([
  ['graceful-shutdown', exited],
  ['graceful-shutdown-express', exited],
  ['graceful-shutdown-fastify', exited],
  ['graceful-shutdown-nest', signalled],
])('%s.ts, told to end by SIGTERM,', (name, end) => {
  test('answers the request that has begun, over a keep-alive connection, and accepts no other', async () => {
    const { child, said, ask, ended } = await start(name)
    await expect.poll(async () => (await ask('/ready').answer).status, { timeout: patience }).toBe(200)
    const running = ask('/')
    await running.begun
    child.kill('SIGTERM')
    expect(await running.answer).toEqual({ status: 200, body: '42' })
    expect(await ended).toEqual(end)
    expect(said.at(-1)).toBe('the pool is closed')
    await expect(ask('/').answer).rejects.toThrow()
  })

  test('ends leaked leases, and refuses the caller who waits for one', async () => {
    const { child, said, ask, ended } = await start(name, {
      LEAKS: '2',
      REQUEST_TIMEOUT: '200',
      LEASE_TIMEOUT: '200',
    })
    const waiting = ask('/')
    await waiting.begun
    child.kill('SIGTERM')
    expect(await waiting.answer).toEqual({ status: 503, body: 'POOL_CLOSED' })
    expect(await ended).toEqual(end)
    expect(said.at(-1)).toBe('the pool is closed')
  })
})
