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

export const contents: readonly Group[] = [
  {
    title: 'Start',
    entries: [
      ['overview', 'Overview and options'],
      ['migrating', 'Coming from another pool'],
      ['production', 'Going live'],
      ['errors', 'Errors and warnings'],
      ['pains', 'What cannot happen here'],
      ['compatibility', 'What it was tried with'],
      ['stability', 'What is stable'],
    ],
  },
  {
    title: 'Databases',
    entries: [
      ['guides/pg-pool', 'A drop-in for pg.Pool'],
      ['guides/mysql2', 'MySQL and MariaDB'],
      ['guides/sqlite', 'SQLite'],
      ['guides/pgbouncer', 'Behind PgBouncer'],
      ['guides/pg-errors', 'PostgreSQL’s errors'],
      ['guides/sharing', 'Statements that share'],
      ['guides/hosts', 'A primary and its standbys'],
      ['guides/groups', 'One cap over many pools'],
      ['guides/hooks', 'Hooks'],
      ['guides/your-own-driver', 'Write your own driver'],
    ],
  },
  {
    title: 'See it',
    entries: [
      ['guides/inspector', 'In a browser'],
      ['guides/recorder', 'The flight recorder'],
      ['guides/inspect', 'Transitions, and Stately'],
      ['guides/health', 'Health'],
      ['guides/prometheus', 'Prometheus and Grafana'],
      ['guides/opentelemetry', 'OpenTelemetry'],
      ['guides/logging', 'Logging'],
    ],
  },
  {
    title: 'The statecharts',
    entries: [
      ['statecharts/connection', 'A connection’s life'],
      ['statecharts/pool', 'The pool’s life'],
      ['statecharts/host', 'A host’s life'],
      ['guides/actor-system', 'In your actor system'],
      ['guides/model-based-tests', 'Test by model'],
      ['testing', 'Testing with statepool'],
    ],
  },
  {
    title: 'With libraries',
    closed: true,
    entries: [
      ['guides/bundlers-and-test-runners', 'Bundlers and test runners'],
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
    title: 'How it is made',
    closed: true,
    entries: [
      ['performance', 'Performance'],
      ['chaos', 'Chaos'],
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
