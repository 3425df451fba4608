// What the server of a session is to its cluster: whether it takes writes.
import type { HostRole } from '../../../core/hosts.js'
import { ask } from './ask.js'
import type { Session } from './session.js'

/**
 * The role of the session's server. The first time, what the server said as the session began will do (PostgreSQL 14 and later). A server that takes no
 * writes for another reason than that it follows a primary (`default_transaction_read_only`) is no primary to its callers.
 */
export async function askForRole(session: Session): Promise<HostRole> {
  const told = session.takeToldRole()
  if (told !== undefined) return told
  session.asks = true
  const { rows } = await ask(session.client, 'SHOW transaction_read_only')
  session.asks = false
  return rows[0]?.transaction_read_only === 'on' ? 'standby' : 'primary'
}
