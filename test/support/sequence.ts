// In which order test files run, as far as there is a choice.

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those whose files are many and short come last, and share what is left evenly. */
const projects = ['served', 'alone', 'light']

/** Those that take longest, the longest first: one that begins last keeps one core busy, and lets the other one rest. */
const longest = [
  ...['demo/interruption', 'simulation/exploration', 'model/every-path', 'demo/whole-show'],
  ...['support/postgres-server', 'examples/on-postgres', 'chaos/broken-connections', 'docs/freshness'],
  ...['bench/run', 'bundles/bundles', 'compat/pg-pool/waits', 'model/main-paths-on-postgres'],
  ...['properties/invariants', 'compiled/same-as-xstate', 'pool/when-down', 'pool/async-context'],
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
