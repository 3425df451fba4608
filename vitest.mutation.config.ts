// The tests that mutants are run against: those that are quick enough for thousands of runs. No server, no process, and not the
// thousands of paths of the models, which would find more, in days.

import { defineConfig } from 'vitest/config'
import {
  BaseSequencer,
  type Reporter,
  type TestModule,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'

/** A mutant is dead with the first test that fails, so those that look closest come first and those that take longest last. */
const order = ['machines', 'compiled', 'actors', 'pool', 'options', 'errors', 'properties']

class ClosestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      order.findIndex(name => moduleId.includes(`/test/${name}/`))
    return [...files].sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

/** Says nothing, but that a file did not load, or what goes before its tests failed: no test fails then, and the mutant would pass for a survivor. */
class Loads implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestModuleEnd(module: TestModule): void {
    const suites = [module, ...module.children.allSuites()]
    for (const error of suites.flatMap(suite => suite.errors()))
      this.#vitest?.state.catchError(error, 'Unhandled Error')
  }
}

export default defineConfig({
  test: {
    include: order.map(name => `test/${name}/**/*.test.ts`),
    exclude: [
      'test/compiled/generated.test.ts', // starts processes
      'test/pool/allow-exit-on-idle.test.ts', // starts processes
      'test/pool/unwatched-callers.test.ts', // counts what is made while the modules load, which they do once here
    ],
    // The modules are loaded once for a mutant, not once for each test file.
    isolate: false,
    reporters: [new Loads()],
    sequence: { sequencer: ClosestFirst },
    testTimeout: 10_000,
    env: { PROPERTY_RUNS: '10', STATEPOOL_RUNS: '100' },
  },
})
