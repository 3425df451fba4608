// What cannot be meant is refused when the pool is made, by pg.Pool's names, and without a secret.

import { inspect } from 'node:util'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { Pool, type PoolConfig } from '../../../src/db/pg/index.js'
import { OptionsError } from '../../../src/index.js'

function refusal(config: unknown): OptionsError {
  try {
    new Pool(config as PoolConfig)
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('the drop-in refuses', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['max', { max: 'many' }, /max must be an integer/],
    ['max', { max: -1 }, /max must be an integer/],
    ['min', { min: 3, max: 2 }, /min \(3\) must not be greater than max \(2\)/],
    ['idleTimeoutMillis', { idleTimeoutMillis: -1 }, /milliseconds/],
    ['connectionTimeoutMillis', { connectionTimeoutMillis: 'soon' }, /milliseconds/],
    ['maxLifetimeSeconds', { maxLifetimeSeconds: Number.NaN, max: 1 }, /^$/],
    ['maxUses', { maxUses: 1.5 }, /integer/],
    ['onConnect', { onConnect: true }, /function/],
    ['verify', { verify: 'yes' }, /function/],
    ['log', { log: console }, /function/],
    ['likePgPool', { likePgPool: ['keepOpenTransaction'] }, /keepOpenTransactions/],
    ['options', { statepool: 'fast' }, /statepool takes an object/],
    ['maxWaitng', { statepool: { maxWaitng: 1 } }, /did you mean maxWaiting/],
    ['validateAfter', { validateAfter: 0 }, /give Pool the option statepool: \{ validateAfter: … \}/],
    ['whenDown', { whenDown: 'fail' }, /option of the underlying pool/],
    ['port', { port: 'x' }, /port/],
    ['resetQuery', { resetQuery: '' }, /SQL/],
  ])('%s: %o', (option, config, message) => {
    if (message.source === '^$') return expect(new Pool(config).options.maxLifetimeSeconds).toBe(0)
    const error = refusal(config)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(message)
  })

  it('nothing that a class of clients of the application’s own may take', async () => {
    class Tenant extends pg.Client {}
    await new Pool({ Client: Tenant, clock: 7 } as PoolConfig).end()
    await new Pool({ clock: 7 } as PoolConfig, Tenant).end()
  })

  it('a connection string that is not in an object, without showing it', () => {
    const error = refusal('postgres://me:secret@localhost/db')
    expect(error.message).toContain('{ connectionString }')
    expect(JSON.stringify(error) + error.message).not.toContain('secret')
  })

  it.each(['onConnect', 'verify', 'log', 'Client', 'likePgPool'])(
    'a text as %s, without showing it',
    name => {
      const error = refusal({ [name]: 'hunter2' })
      expect(error.option).toBe(name)
      expect(inspect(error)).not.toContain('hunter2')
    },
  )
})
