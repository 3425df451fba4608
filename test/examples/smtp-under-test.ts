// The SMTP driver of the guide, with hands on its server: a mail that was begun is its open transaction.

import type { DriverUnderTest } from 'statepool/testing'
import { type SmtpClient, smtp } from '../../examples/smtp-driver.js'
import { startSilentServer } from '../support/silent-server.js'
import { SmtpServer } from '../support/smtp-server.js'

// #region subject
export async function smtpUnderTest(): Promise<DriverUnderTest<SmtpClient>> {
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
}
// #endregion
