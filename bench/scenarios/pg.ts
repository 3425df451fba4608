// `select 1` on a real PostgreSQL.
//
// pg-pool is `pg.Pool` here, statepool/pg the drop-in for it, the limit is bare clients taken from an array, and statepool uses its own driver, which also looks at
// each return whether a transaction was left open.

import pgClient from 'pg'
import type { Marks, Source } from '../peer.js'
import { type Scenario, withRecorded } from '../scenario.js'
import { metricsOf, selectOne } from './select-one.js'

type Client = pgClient.Client & Marks

export const pg: Scenario = {
  name: 'pg',
  title: 'select 1 on PostgreSQL, 10 connections',
  metrics: metricsOf('pg'),
  contestants: (peers, { quick }) =>
    quick
      ? peers.filter(peer => ['limit', 'statepool', 'statepool/pg', 'pg-pool'].includes(peer))
      : withRecorded(peers),
  needsPostgres: true,
  prepare: (peer, plan) =>
    selectOne('pg', peer, sourceOf(plan.connectionString ?? ''), client => client.query('select 1'), plan),
}

function sourceOf(connectionString: string): Source<Client> {
  return {
    connectionString,
    async connect() {
      const client = new pgClient.Client({ connectionString })
      await client.connect()
      return client
    },
    close: client => client.end(),
  }
}
