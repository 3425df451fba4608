// In which order test files run, as far as there is a choice.

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that take longest, the longest first: one that begins last keeps a core from resting, and the other one from working. */
const longest = [
  'demo/interruption',
  'demo/whole-show',
  'examples/on-postgres',
  'chaos/broken-connections',
  'model/every-path',
  'compat/pg-pool/waits',
  'support/postgres-server',
  'chaos/ended-sessions',
  'chaos/drop-in',
  'chaos/restart',
  'simulation/exploration',
]

/** Those whose files are many and short come last, and share what is left evenly. */
const projects = ['served', 'alone', 'light']

/** The longest first; otherwise as Vitest has it, but project by project, as only files of one project can share a process. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = await super.sort(files)
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const place = longest.findIndex(name => moduleId.endsWith(`/test/${name}.test.ts`))
      return place >= 0 ? place : longest.length + projects.indexOf(project.name)
    }
    return order.toSorted((a, b) => rank(a) - rank(b))
  }
}
