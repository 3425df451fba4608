// What is measured: one kind of load, the same for every peer, which checks that the work was done.

import type { Peer } from './peer.js'

/** One value that a round gave. */
export interface Reading {
  readonly metric: string
  readonly value: number
}

/** One of the things that a scenario measures. */
export interface Metric {
  readonly title: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
}

/** How much to measure, and what with. */
export interface Plan {
  /** About how long the measured part of a round takes, in milliseconds, where a scenario can choose. */
  readonly roundTime: number
  readonly rounds: number
  /** Less of what takes long. */
  readonly quick: boolean
  /** Where the database is, for the scenario that needs one. */
  readonly connectionString?: string
  /** The same for MariaDB, as a URL. */
  readonly mariadb?: string
}

/** A prepared scenario: each call is one round. */
export type Round = () => Promise<Reading[]>

export interface Scenario {
  readonly name: string
  /** What is done, for the report. */
  readonly title: string
  readonly metrics: Readonly<Record<string, Metric>>
  /** It is drawn as a curve: what the metrics are measured at, in their order. */
  readonly curve?: {
    readonly axis: string
    readonly scale: 'log' | 'value'
    readonly points: readonly number[]
  }
  /** The names of the peers that can take part, of those given. */
  contestants(peers: readonly string[], plan: { readonly quick: boolean }): readonly string[]
  readonly needsPostgres?: boolean
  readonly needsMariadb?: boolean
  /** Warms the peer up, in the process that measures it. */
  prepare(peer: Peer, plan: Plan): Promise<Round>
}

/** All but the recorded pool, which takes part where it is of interest, and those that differ in statements only. */
export const everybody = (peers: readonly string[]): readonly string[] =>
  withRecorded(peers).filter(peer => peer !== 'statepool (recorded)')

export const withRecorded = (peers: readonly string[]): readonly string[] =>
  peers.filter(peer => !peer.endsWith('(shared)') && peer !== 'postgres.js' && !ofMysql.includes(peer))

/** Pools of MySQL connections, which take part on MariaDB alone. */
export const ofMysql: readonly string[] = ['mysql2', 'statepool/mysql2']
