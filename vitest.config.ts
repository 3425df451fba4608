import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { patience, testTimeout } from './test/support/patience.js'
import { LongestFirst } from './test/support/sequence.js'

/** In simulated time: they need no server. */
const light = [
  'test/{actors,compiled,errors,machines,options,properties}/**/*.test.ts',
  'test/pool/!(allow-exit-on-idle|unwatched-callers).test.ts',
]

/** Each in a process of its own: one replaces a module, the other breaks the pool's classes on purpose. */
const alone = ['test/pool/unwatched-callers.test.ts', 'test/simulation/mutations.test.ts']

export default defineConfig({
  test: {
    // Modules take longer to load than to test. So test files share them, and the process: what they change, they put back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'light', include: light } },
      { extends: true, test: { name: 'alone', include: alone, isolate: true } },
      {
        extends: true,
        test: {
          name: 'served',
          include: ['test/**/*.test.ts'],
          exclude: [...light, ...alone],
          // One PostgreSQL and one MariaDB for all test files; each has a database of its own in it.
          globalSetup: [
            'test/support/announce.ts',
            'test/support/bundles.ts',
            'test/support/postgres.ts',
            'test/support/mariadb.ts',
          ],
        },
      },
    ],
    // More than there are cores to spare: most of the long ones wait for servers and child processes.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // Real servers and child processes start inside some tests; simulated time makes the rest quick.
    testTimeout,
    hookTimeout: testTimeout,
    teardownTimeout: patience,
  },
})
