// How one comes to a pool of hosts: the hosts are checked, and so are the options.
import { checkDriver } from '../actors/check-driver.js'
import { OptionsError } from '../core/errors.js'
import type { Host } from '../db/driver.js'
import type { HostTarget } from '../machines/host-types.js'
import { HostPool } from './host-pool.js'
import { type HostPoolOptions, parseHostOptions } from './options.js'

/** What has several hosts: a driver such as `postgres({ hosts: […] })`, or a list of drivers, one for each host. */
export interface Hosts<C> {
  /** At least one; each with a name of its own, and a driver that has `hostRole`. */
  readonly hosts?: readonly Host<C>[] | undefined
  /** The kind of host for callers that name none, if the pool's options do not say it. */
  readonly hostTarget?: HostTarget | undefined
}

/**
 * Creates a pool over several hosts, one of which takes writes, and starts it at once. Each host has a pool of its own, with the options given here
 * (`min` and `max` apply to each host; a `group` limits all together).
 *
 * ```ts
 * const pool = createHostPool(postgres({ hosts: ['db1:5432', 'db2:5432'], user: 'web', database: 'shop' }), { max: 10 })
 * await pool.use(client => client.query('INSERT …'))                              // the primary, wherever it is now
 * await pool.use(client => client.query('SELECT …'), { target: 'prefer-standby' })
 * ```
 *
 * When the primary becomes a standby, or goes down, callers that want a primary wait until another host is one, each within its timeout; statements in
 * flight fail, and are not repeated (`transaction({ retry })` repeats them). See docs/guides/hosts.md.
 *
 * @param hosts `postgres({ hosts: […] })`, or `{ hosts: [{ name, driver }, …] }`
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function createHostPool<C>(hosts: Hosts<C>, options: HostPoolOptions<C> = {}): HostPool<C> {
  return new HostPool(checkHosts(hosts), parseHostOptions(options), hosts.hostTarget)
}

/** @throws OptionsError saying what is wrong with the hosts. */
function checkHosts<C>(given: Hosts<C>): readonly Host<C>[] {
  const hosts: unknown = Object(given).hosts
  const refused = (what: string): OptionsError =>
    new OptionsError(
      'hosts',
      undefined,
      `${what} Pass a driver that has several, such as postgres({ hosts: ['db1:5432', 'db2:5432'] }), or { hosts: [{ name, driver }, …] }; for one host, use createPool().`,
    )
  if (!Array.isArray(hosts) || hosts.length === 0) throw refused('createHostPool needs hosts.')
  const names = new Set<unknown>()
  for (const host of hosts as Partial<Host<C>>[]) {
    const { name, driver } = Object(host) as Partial<Host<C>>
    if (typeof name !== 'string' || name === '') throw refused('Each host needs a name, such as its address.')
    if (names.has(name)) throw refused(`The host ${name} is named twice.`)
    names.add(name)
    checkDriver(driver)
    if (driver?.hostRole === undefined)
      throw refused(
        `The driver ${driver?.name} of the host ${name} cannot tell whether its server takes writes: it has no hostRole() method.`,
      )
  }
  return hosts
}
