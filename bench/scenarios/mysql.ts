// `select 1` on a real MariaDB: mysql2's own pool, and the drop-in for it.

import { type Connection, createConnection } from 'mysql2/promise'
import type { Marks, Source } from '../peer.js'
import { ofMysql, type Scenario } from '../scenario.js'
import { metricsOf, selectOne } from './select-one.js'

export const mysql: Scenario = {
  name: 'mysql',
  title: 'select 1 on MariaDB, 10 connections',
  metrics: metricsOf('mysql'),
  contestants: peers => peers.filter(peer => peer === 'limit' || ofMysql.includes(peer)),
  needsMariadb: true,
  prepare: (peer, plan) =>
    selectOne('mysql', peer, sourceOf(plan.mariadb ?? ''), client => client.query('select 1'), plan),
}

function sourceOf(mysqlUri: string): Source<Connection & Marks> {
  return { mysqlUri, connect: () => createConnection(mysqlUri), close: client => client.end() }
}
