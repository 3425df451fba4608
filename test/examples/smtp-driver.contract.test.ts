// The SMTP driver of the guide keeps the contract that every driver keeps: a mail that was begun is its open transaction.

import { driverContract } from 'statepool/testing'
import { afterAll, describe, it } from 'vitest'
import { type SmtpClient, smtp } from '../../examples/smtp-driver.js'
import { patience } from '../support/patience.js'
import { startSilentServer } from '../support/silent-server.js'
import { SmtpServer } from '../support/smtp-server.js'

// #region contract
describe('the SMTP driver', () => {
  const contract = driverContract<SmtpClient>(
    async () => {
      const server = await SmtpServer.start()
      const sessionOf = (client: SmtpClient) => server.sessionOf(client.localPort)
      return {
        driver: smtp({ host: '127.0.0.1', port: server.port }),
        countOnServer: () => server.sessions,
        kill: client => sessionOf(client)?.socket.destroy(),
        succeed: client => client.command('NOOP'),
        fail: client => client.command('VRFY somebody'),
        begin: client => client.command('MAIL FROM:<ada@example.org>'),
        inTransaction: async client => sessionOf(client)?.mail !== undefined,
        runForEver: client => client.command('VRFY tarpit'),
        async hung() {
          const silent = await startSilentServer()
          const driver = smtp({ host: silent.host, port: silent.port })
          return { driver, countOnServer: () => silent.open, stop: silent.stop }
        },
        stop: () => server.stop(),
      }
    },
    { transactions: false, patience },
  )
  for (const { name, run } of contract.cases) it(name, run)
  afterAll(contract.stop)
})
// #endregion
