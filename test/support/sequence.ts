// In which order test files run, as far as there is a choice.

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those whose files are many and short come last, and share what is left evenly. */
const projects = ['served', 'alone', 'light']

/** Those that take longest, the longest first: one that begins last keeps one core busy, and lets the other one rest. */
const longest = [
  ...['model/every-path', 'simulation/exploration', 'fleet/engines', 'fleet/run', 'examples/on-postgres'],
  ...['demo/interruption', 'bench/run', 'demo/whole-show', 'model/main-paths-on-postgres', 'cli/command'],
  ...['chaos/broken-connections', 'postgres/demoted-primary', 'bundles/bundles', 'support/postgres-server'],
  ...['examples/on-the-simulated-database', 'chaos/command-line', 'bundles/import-cost', 'fleet/world'],
  ...['pool/allow-exit-on-idle', 'demo/command-line', 'compat/pg-pool/unhandled-errors'],
  ...['recorder/replay', 'properties/invariants', 'compiled/same-as-xstate', 'pool/when-down', 'pool/shed'],
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
