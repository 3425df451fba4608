// In which order test files run, as far as there is a choice.

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those whose files are many and short come last, and share what is left evenly. */
const projects = ['served', 'alone', 'light']

/** Those that take longest, the longest first: one that begins last keeps one core busy, and lets the other one rest. */
const longest = [
  ...['model/every-path', 'fleet/run', 'fleet/engines', 'chaos/broken-connections', 'examples/on-postgres'],
  ...['demo/whole-show', 'chaos/ended-sessions', 'model/main-paths-on-sqlite', 'simulation/exploration'],
  ...['mysql/server-count', 'demo/interruption', 'bench/run', 'chaos/command-line', 'bundles/bundles'],
  ...['drivers/sqlite.contract', 'chaos/mysql2', 'fleet/nats-outage', 'cli/command', 'budget/fleet'],
  ...['mysql/server-count-of-connects', 'chaos/drop-in', 'examples/on-the-simulated-database', 'demo/serve'],
  ...['postgres/pgbouncer', 'mysql/frozen', 'cancel/on-servers', 'chaos/restart', 'fleet/redis-outage'],
  ...['postgres/server-count-of-connects', 'model/main-paths-on-postgres', 'inspection/stately'],
  ...['postgres/frozen', 'postgres/demoted-primary', 'docs/freshness', 'telemetry/drop-ins.otel'],
  ...['support/postgres-server', 'fleet/world', 'simulation/mutations'],
  ...['pool/allow-exit-on-idle', 'recorder/replay', 'pool/fair-queueing', 'compiled/same-as-xstate'],
  ...['pool/when-down', 'properties/invariants', 'pool/shed', 'machines/size-finder', 'pool/adaptive-size'],
  ...['inspector/safety', 'pool/abort-while-running', 'pool/lanes', 'compiled/canary', 'inspector/live'],
]

/** Project by project, as only files of one project can share a process; the longest of each first, and the others as Vitest has it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const place = longest.findIndex(name => moduleId.endsWith(`/test/${name}.test.ts`))
      const among = place < 0 ? longest.length : place
      return projects.indexOf(project.name) * (longest.length + 1) + among
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
