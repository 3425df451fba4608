// Where a configuration leads to, in words that have no secret in them; found out before anything connects.

import pg from 'pg'
import { OptionsError } from '../../../core/errors.js'
import { checkTimes } from './times.js'

/** Where one host's clients connect to, and as whom. */
export interface Place {
  /** `db1.internal:5432` */
  readonly host: string
  /** `/shop as web` */
  readonly login: string
}

/**
 * Asks pg itself, for much of it can come from the connection string and from the environment.
 * @param anyClient whether a client may be one without a connection
 * @throws OptionsError when pg cannot use the configuration
 */
export function describe(Client: typeof pg.Client, config: pg.ClientConfig, anyClient = false): Place {
  const { stream: _notOpenedForThis, ...rest } = config
  // pg's own client does nothing with its stream before it connects; a socket is a third of what it costs to make one.
  if (Client === pg.Client) Object.assign(rest, { stream: { destroy() {} } })
  let client: pg.Client
  try {
    client = new Client(rest)
  } catch (error) {
    const option = config.connectionString === undefined ? 'options' : 'connectionString'
    // Not pg's message, which may quote what was given.
    const code = (error as NodeJS.ErrnoException | undefined)?.code
    const why = typeof code === 'string' ? ` (${code})` : ''
    throw new OptionsError(option, undefined, `postgres() cannot use its configuration${why}.`)
  }
  if (!anyClient && typeof client.connection?.stream?.destroy !== 'function') {
    throw new OptionsError(
      'Client',
      undefined,
      "Client must be pg's Client or a subclass of it; pg-native's cannot be used.",
    )
  }
  checkTimes(client)
  const { host, port, database, user } = client
  const isAddress = host.includes(':')
  return {
    host: host.startsWith('/') ? host : `${isAddress ? `[${host}]` : plain(host)}:${port}`,
    login: `/${plain(database)}${user ? ` as ${plain(user)}` : ''}`,
  }
}

/** A name as it is, unless it looks like a part of a URL, in which a secret may be. */
function plain(name: string | null | undefined): string {
  return /[:/?#=\s]/.test(name ?? '') ? '(not shown)' : (name ?? '')
}
