// What the server of a session is to its cluster: whether it takes writes.
import type { HostRole } from '../../../core/hosts.js'
import { rowsOf } from './commands.js'
import type { Session } from './session.js'

/** `innodb_read_only` is what Amazon Aurora's readers have; `super_read_only` is never on without `read_only`. */
const question = 'SELECT @@global.read_only AS one, @@global.innodb_read_only AS other'

/** Asks the server. An account that may write in spite of `read_only` is told the same as others: what it writes to a replica would be lost. */
export async function askForRole(session: Session): Promise<HostRole> {
  const [values = []] = await rowsOf(session, question)
  return values.every(isOff) ? 'primary' : 'standby'
}

/** MariaDB 12 and later has names in the place of numbers. */
const isOff = (value: unknown): boolean => ['0', 'OFF', 'FALSE'].includes(String(value).toUpperCase())
