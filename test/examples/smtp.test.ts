// The pool of the guide on writing a driver: mails from twenty callers go over three connections.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { type SmtpClient, SmtpError, smtp } from '../../examples/smtp-driver.js'
import { createPool } from '../../src/actors/create-pool.js'
import type { PoolOptions } from '../../src/core/options.js'
import { SmtpServer } from '../support/smtp-server.js'
import { until } from '../support/until.js'
import { runExample } from './program.js'

let server: SmtpServer
beforeEach(async () => {
  server = await SmtpServer.start()
})
afterEach(() => server.stop())

const poolOf = (options?: PoolOptions) =>
  createPool(smtp({ host: '127.0.0.1', port: server.port }), { min: 0, max: 3, ...options })

const mailTo = (name: string, text = 'Hello') => ({
  from: 'ada@example.org',
  to: [`${name}@example.org`],
  text,
})

it('smtp.ts sends twenty mails on three connections, and leaves none open', async () => {
  const { code, output, errors } = await runExample('smtp', { SMTP_PORT: String(server.port) })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual(['refused: 550 no such user', '21 leases on 3 connections'])
  expect(server.mails.map(({ to }) => to[0]).sort()).toEqual(
    Array.from({ length: 20 }, (_, n) => `reader-${n + 1}@example.org`).sort(),
  )
  expect(new Set(server.mails.map(({ session }) => session)).size).toBe(3)
  expect(server.mostSessions).toBe(3)
  await until(() => server.sessions === 0, 'all sessions have ended')
})

it('a mail that was refused half-way is reset, and the next borrower of the connection is not in it', async () => {
  await using pool = poolOf({ max: 1 })
  const refused = pool.use(client => client.send(mailTo('nobody')))
  const next = pool.use(client => client.send(mailTo('bob')))
  await expect(refused).rejects.toMatchObject({ name: 'SmtpError', code: 550 })
  await next
  expect(server.commands).toEqual(['EHLO', 'MAIL', 'RCPT', 'RSET', 'MAIL', 'RCPT', 'DATA'])
  expect(pool.stats()).toMatchObject({ opened: 1, closed: 0 })
})

it('a mail that was sent costs no reset', async () => {
  await using pool = poolOf({ max: 1 })
  for (const name of ['bob', 'eve']) await pool.use(client => client.send(mailTo(name)))
  expect(server.commands).not.toContain('RSET')
})

it('text arrives as it was, with dots at the start of lines and whatever ends them', async () => {
  await using pool = poolOf()
  await pool.use(client => client.send(mailTo('bob', '.\n..two\r\nthree\rRCPT TO:<x>')))
  expect(server.mails.map(({ text }) => text)).toEqual(['.\n..two\nthree\nRCPT TO:<x>'])
})

it('an address cannot smuggle in a command', async () => {
  await using pool = poolOf()
  const sent = pool.use(client => client.send(mailTo('bob>\r\nRCPT TO:<eve')))
  await expect(sent).rejects.toThrow('A command is one line.')
  expect(server.mails).toEqual([])
})

it('a server that hangs up on an idle connection says why, and the next mail takes a new one', async () => {
  await using pool = poolOf({ validateAfter: false })
  const lost: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.lost') lost.push(event.error)
  })
  const port = await pool.use((client: SmtpClient) => client.localPort)
  server.sessionOf(port)?.socket.end('421 idle for too long\r\n')
  await until(() => lost.length > 0, 'the loss is reported')
  expect(lost).toEqual([expect.any(SmtpError)])
  expect(String(lost[0])).toContain('idle for too long')
  await pool.use(client => client.send(mailTo('bob')))
  expect(pool.stats()).toMatchObject({ opened: 2, lost: 1 })
})

it('a server that refuses to serve is a connect error that says so, and no socket is left', async () => {
  server.greeting = '554 no service here'
  await using pool = poolOf({ min: 1 })
  await expect(pool.ready()).rejects.toMatchObject({ code: 'CONNECT_FAILED', why: '554 no service here' })
  server.greeting = '220 test'
  await pool.ready()
  await until(() => server.sessions === 1, 'the refused session has ended, and its successor not')
})
