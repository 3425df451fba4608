// A driver for SMTP: a pool of connections to a mail server. docs/guides/your-own-driver.md goes through it.

import { connect as openSocket, type Socket } from 'node:net'
import type { Driver } from 'statepool'

// #region errors
/** The server refused (its reply code: 4xx = not now, 5xx = never), or the connection has ended (421, as servers say it). */
export class SmtpError extends Error {
  override readonly name = 'SmtpError'

  constructor(
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
// #endregion

/** A message of plain text. */
export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
}

// #region client
/** One connection to a mail server: callers get it as `lease.connection`. */
export class SmtpClient {
  /** Resolves when the socket is closed, by either side. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  #onLost: ((reason: unknown) => void) | undefined
  #received = ''
  /** The caller that awaits the reply to the running command. */
  #waiting: { resolve(reply: string): void; reject(error: Error): void } | undefined
  #mailOpen = false
  #end: SmtpError | undefined

  constructor(socket: Socket, onLost: (reason: unknown) => void) {
    this.#socket = socket
    this.#onLost = onLost
    let cause: Error | undefined
    socket.setEncoding('utf8').on('data', text => this.#read(String(text)))
    socket.on('error', error => {
      cause = error // without a listener, it would end the process
    })
    this.closed = new Promise(resolve => {
      socket.on('close', () => {
        this.#ended(cause)
        resolve()
      })
    })
  }

  /** No command is running, and no mail is unfinished: ready for the next caller as it is. */
  get clean(): boolean {
    return this.#waiting === undefined && !this.#mailOpen
  }

  /** The port on this side, by which a server knows the connection. */
  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  /** Waits for the server's greeting, and greets it. */
  async greet(name: string): Promise<void> {
    await this.#exchange('')
    await this.command(`EHLO ${name}`)
  }

  /** Sends one command; one at a time. Rejects with a SmtpError when the server refuses. */
  async command(line: string): Promise<string> {
    if (/[\r\n]/.test(line)) throw new TypeError('A command is one line.') // an address could smuggle in another
    const reply = await this.#exchange(`${line}\r\n`)
    if (/^MAIL\b/i.test(line)) this.#mailOpen = true
    if (/^RSET\b/i.test(line)) this.#mailOpen = false
    return reply
  }

  /** Sends a mail. When a recipient is refused the mail stays unfinished until a reset. */
  async send({ from, to, text }: Mail): Promise<void> {
    await this.command(`MAIL FROM:<${from}>`)
    for (const address of to) await this.command(`RCPT TO:<${address}>`)
    await this.command('DATA')
    const lines = text.split(/\r\n|\r|\n/).map(line => (line.startsWith('.') ? `.${line}` : line))
    await this.#exchange(`${lines.join('\r\n')}\r\n.\r\n`)
    this.#mailOpen = false
  }

  /** From here on, the end of the connection is no news. */
  dismiss(): void {
    this.#onLost = undefined
  }

  /** Ends the socket at once. */
  destroy(): void {
    this.dismiss()
    this.#socket.destroy()
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  #exchange(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      if (this.#waiting !== undefined) return reject(new Error('A command is under way on this connection.'))
      this.#waiting = { resolve, reject }
      if (text !== '') this.#socket.write(text)
    })
  }

  /** A reply's last line has a space, or nothing, after its code; the lines before have a hyphen. */
  #read(text: string): void {
    this.#received += text
    const reply = /^(?:\d{3}-.*\r?\n)*(\d{3})(?: .*)?\r?\n/.exec(this.#received)
    if (reply === null) return
    this.#received = this.#received.slice(reply[0].length)
    this.#answer(Number(reply[1]), reply[0].trim())
    this.#read('')
  }

  #answer(code: number, words: string): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined)
      this.#socket.destroy(new SmtpError(code, words)) // such as '421 idle for too long'
    else if (code < 400) waiting.resolve(words)
    else waiting.reject(new SmtpError(code, words))
  }

  #ended(cause: Error | undefined): void {
    const why = cause === undefined ? '' : `: ${cause.message}`
    this.#end = new SmtpError(421, `The connection to the mail server has ended${why}.`, { cause })
    this.#waiting?.reject(this.#end)
    this.#waiting = undefined
    this.#onLost?.(this.#end)
    this.#onLost = undefined
  }
}
// #endregion

/** Connections to the mail server at `host` and `port` (default 25), greeted as `name` (default localhost). */
export function smtp(config: { host: string; port?: number; name?: string }): Driver<SmtpClient> {
  const { host, port = 25, name = 'localhost' } = config
  return {
    // #region name
    name: 'smtp',
    describe: () => `smtp on ${host}:${port}`,
    // #endregion

    // #region connect
    async connect({ signal, onLost }) {
      signal.throwIfAborted()
      const socket = openSocket({ host, port, keepAlive: true, keepAliveInitialDelay: 60_000 })
      const client = new SmtpClient(socket, onLost)
      const abort = () => client.destroy()
      signal.addEventListener('abort', abort)
      try {
        await client.greet(name)
        return client
      } catch (error) {
        client.destroy() // a server that answered, but refused us, leaves the socket open
        throw signal.aborted ? signal.reason : error
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
    // #endregion

    // #region validate
    async validate(client) {
      await client.command('NOOP')
    },
    // #endregion

    // #region reset
    needsReset: client => !client.clean,

    async reset(client) {
      await client.command('RSET') // rejects if a command is under way
    },
    // #endregion

    // #region close
    async close(client) {
      client.dismiss()
      await client.command('QUIT').catch(() => client.destroy())
      await client.closed
    },

    destroy: client => client.destroy(),
    // #endregion

    // #region exit
    ref: client => client.ref(),
    unref: client => client.unref(),
    // #endregion

    // #region fatal
    isFatal: error => error instanceof SmtpError && error.code === 421,
    // #endregion
  }
}
