// With several hosts, too, a session that the server still counts when its connect is given up keeps its slot.

import type pg from 'pg'
import { expect, inject, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { until } from '../support/until.js'

it.each([1, 2])(
  'a connect that is aborted while a hook has a statement under way, hosts: %i',
  async count => {
    const { host, port, user, password, database } = inject('postgres')
    const driver = postgres({
      user,
      password,
      database,
      hosts: Array.from({ length: count }, () => `${host}:${port}`),
    })
    const giveUp = new AbortController()
    const lingering: PromiseLike<unknown>[] = []
    let isAsked = false
    const connecting = driver
      .connect({
        signal: giveUp.signal,
        onLost() {},
        onLinger: gone => void lingering.push(gone),
        async setUp(client) {
          const asked = (client as pg.Client).query('SELECT pg_sleep(60)')
          isAsked = true
          await asked
        },
      })
      .catch(error => error)
    await until(() => isAsked, 'the hook runs')
    giveUp.abort(new Error('too late'))
    expect(await connecting).toMatchObject({ message: 'too late' })
    expect(lingering.length).toBe(1)
    await Promise.all(lingering)
  },
)
