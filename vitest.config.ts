import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One PostgreSQL and one MariaDB for all test files; each has a database of its own in it.
    globalSetup: ['test/support/postgres.ts', 'test/support/mariadb.ts'],
    // On two cores Vitest would run one file at a time; most of the long ones wait for servers and child processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Real servers and child processes start inside some tests; simulated time makes the rest quick.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
