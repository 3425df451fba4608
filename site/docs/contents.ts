// What the site's reader finds at its left: every page of docs/, in an order to read them in.

/** A page, by its path in docs/ without its extension, and what the list calls it. */
export type Entry = readonly [page: string, title: string]

/** Pages that belong together. */
export interface Group {
  readonly title: string
  readonly entries: readonly Entry[]
  /** Whether the group is closed until one opens it. Default false. */
  readonly closed?: boolean
}

/** In the order of the README: what it is, five minutes, use it, run it, reference, how it is made. */
export const contents: readonly Group[] = [
  {
    title: 'What it is',
    entries: [
      ['overview', 'Overview and options'],
      ['pains', 'What cannot happen here'],
      ['statecharts/connection', 'A connection’s life'],
      ['statecharts/pool', 'The pool’s life'],
    ],
  },
  {
    title: 'Five minutes',
    entries: [
      ['migrating', 'Coming from another pool'],
      ['guides/pg-pool', 'A drop-in for pg.Pool'],
      ['guides/mysql2', 'MySQL and MariaDB'],
      ['guides/sqlite', 'SQLite'],
    ],
  },
  {
    title: 'Use it',
    entries: [
      ['guides/hooks', 'Hooks, and a session for each caller'],
      ['guides/sharing', 'Statements that share'],
      ['guides/cancel', 'Cancel what runs'],
      ['guides/groups', 'One cap over many pools'],
      ['guides/fleet', 'One budget for many processes'],
      ['guides/hosts', 'A primary and its standbys'],
      ['guides/overload', 'Overload'],
      ['guides/fair-queueing', 'Fair queueing'],
      ['guides/adaptive-size', 'Adaptive size'],
      ['guides/actor-system', 'In your actor system'],
      ['guides/your-own-driver', 'Write your own driver'],
      ['testing', 'Testing with statepool'],
      ['guides/model-based-tests', 'Test by model'],
      ['guides/bundlers-and-test-runners', 'Bundlers and test runners'],
    ],
  },
  {
    title: 'With libraries',
    closed: true,
    entries: [
      ['guides/connect-pg-simple', 'connect-pg-simple'],
      ['guides/drizzle', 'Drizzle'],
      ['guides/graphile-worker', 'graphile-worker'],
      ['guides/knex', 'Knex'],
      ['guides/kysely', 'Kysely'],
      ['guides/objection', 'Objection'],
      ['guides/pg-boss', 'pg-boss'],
      ['guides/pg-promise', 'pg-promise'],
      ['guides/prisma', 'Prisma'],
      ['guides/rate-limiter-flexible', 'rate-limiter-flexible'],
      ['guides/sequelize', 'Sequelize'],
      ['guides/typeorm', 'TypeORM'],
      ['guides/zapatos', 'Zapatos'],
    ],
  },
  {
    title: 'Run it',
    entries: [
      ['production', 'Going live'],
      ['errors', 'Errors and warnings, one by one'],
      ['guides/health', 'Health'],
      ['guides/logging', 'Logging'],
      ['guides/prometheus', 'Prometheus and Grafana'],
      ['guides/opentelemetry', 'OpenTelemetry'],
      ['guides/inspector', 'Inspector, in a browser'],
      ['guides/recorder', 'The flight recorder'],
      ['guides/pgbouncer', 'Behind PgBouncer'],
      ['chaos', 'Outages'],
    ],
  },
  {
    title: 'Reference',
    entries: [
      ['stability', 'What is stable'],
      ['compatibility', 'What it was tried with'],
      ['guides/pg-errors', 'PostgreSQL’s errors'],
      ['guides/inspect', 'Transitions, and Stately'],
    ],
  },
  {
    title: 'How it is made',
    closed: true,
    entries: [
      ['performance', 'Performance'],
      ['decisions/index', 'Decisions'],
      ['contributing', 'Contributing'],
      ['changelog', 'Changelog'],
    ],
  },
]

/**
 * The contents, and at their end the pages that they do not name yet, by their headings: none is out of reach.
 * @param pages every page with its text, by its path with its extension
 */
export function complete(pages: ReadonlyMap<string, string>): readonly Group[] {
  const named = new Set(contents.flatMap(({ entries }) => entries.map(([page]) => page)))
  const rest = [...pages].flatMap(([path, text]): Entry[] => {
    const page = path.replace(/\.md$/, '')
    return named.has(page) ? [] : [[page, /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? page]]
  })
  return rest.length === 0 ? contents : [...contents, { title: 'More', entries: rest }]
}
