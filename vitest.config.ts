import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { patience, testTimeout } from './test/support/patience.js'

/**
 * In simulated time, with nothing of the process's own changed for longer than a test: these share their modules, which take longer to
 * load than to test. Of the pool's, all but one that has a server and one that replaces a module.
 */
const light = [
  'test/{actors,compiled,errors,machines,options,properties}/**/*.test.ts',
  'test/pool/!(allow-exit-on-idle|unwatched-callers).test.ts',
]

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'light', include: light, isolate: false } },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: light,
          // One PostgreSQL and one MariaDB for all test files; each has a database of its own in it.
          globalSetup: ['test/support/announce.ts', 'test/support/postgres.ts', 'test/support/mariadb.ts'],
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
