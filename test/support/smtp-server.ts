// A mail server on loopback, as small as a client of its can do with, that tests can look at and break.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
  /** The number of the session that brought it, from 1. */
  readonly session: number
}

class Session {
  /** The mail that was begun; undefined outside of one. */
  mail: { from: string; to: string[] } | undefined
  /** The lines of the message being received; undefined while commands are expected. */
  lines: string[] | undefined

  constructor(
    readonly number: number,
    readonly socket: Socket,
  ) {}
}

/**
 * Knows EHLO, NOOP, VRFY, MAIL, RCPT, DATA, RSET and QUIT. It refuses the recipient `nobody@…` (550), and never answers
 * `VRFY tarpit`.
 */
export class SmtpServer {
  readonly mails: ReceivedMail[] = []
  /** Every command that came, in order, without its arguments. */
  readonly commands: string[] = []
  /** The most sessions that were open at the same time. */
  mostSessions = 0
  /** What new sessions are greeted with. */
  greeting = '220 test'
  readonly #sessions = new Map<Socket, Session>()
  readonly #server = createServer(socket => this.#accept(socket))
  #count = 0

  static async start(): Promise<SmtpServer> {
    const smtp = new SmtpServer()
    smtp.#server.listen(0, '127.0.0.1')
    await once(smtp.#server, 'listening')
    return smtp
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Sessions that the server has not let go of, and whose socket is open. */
  get sessions(): number {
    return this.#sessions.size
  }

  /** The session of the client whose socket has this port. */
  sessionOf(clientPort: number | undefined): Session | undefined {
    return [...this.#sessions.values()].find(({ socket }) => socket.remotePort === clientPort)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sessions.keys()) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    const session = new Session(++this.#count, socket)
    this.#sessions.set(socket, session)
    this.mostSessions = Math.max(this.mostSessions, this.#sessions.size)
    socket.on('error', () => {})
    socket.on('close', () => this.#sessions.delete(socket))
    socket.write(`${this.greeting}\r\n`)
    let received = ''
    socket.setEncoding('utf8').on('data', text => {
      const lines = (received + text).split('\r\n')
      received = lines.pop() ?? ''
      for (const line of lines) {
        const answer = session.lines === undefined ? this.#obey(session, line) : this.#take(session, line)
        if (answer !== undefined && socket.writable) socket.write(`${answer}\r\n`)
      }
    })
  }

  /** Answers a command; undefined = not at all. */
  #obey(session: Session, line: string): string | undefined {
    const command = line.slice(0, 4).toUpperCase()
    const address = /<(.*)>/.exec(line)?.[1] ?? ''
    this.commands.push(command)
    switch (command) {
      case 'EHLO':
        return '250-test\r\n250-8BITMIME\r\n250 HELP'
      case 'NOOP':
        return '250 OK'
      case 'VRFY':
        return line.endsWith('tarpit') ? undefined : '550 no such user'
      case 'RSET':
        session.mail = undefined
        return '250 OK'
      case 'QUIT':
        setTimeout(() => this.#letGo(session.socket), 5)
        return '221 bye'
      case 'MAIL':
        if (session.mail !== undefined) return '503 nested MAIL command'
        session.mail = { from: address, to: [] }
        return '250 OK'
      case 'RCPT':
        if (session.mail === undefined) return '503 need MAIL before RCPT'
        if (address.startsWith('nobody@')) return '550 no such user'
        session.mail.to.push(address)
        return '250 OK'
      case 'DATA':
        if (!session.mail?.to.length) return '503 need RCPT before DATA'
        session.lines = []
        return '354 go ahead'
      default:
        return '500 unknown command'
    }
  }

  /** Servers do so a moment after they said goodbye. */
  #letGo(socket: Socket): void {
    this.#sessions.delete(socket)
    socket.end()
  }

  /** Takes a line of a message. */
  #take(session: Session, line: string): string | undefined {
    const { lines = [], mail } = session
    if (line !== '.') {
      lines.push(line.replace(/^\./, ''))
      return undefined
    }
    if (mail !== undefined) this.mails.push({ ...mail, text: lines.join('\n'), session: session.number })
    session.mail = session.lines = undefined
    return '250 queued'
  }
}
