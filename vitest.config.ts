import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One PostgreSQL for all test files; each has a database of its own in it.
    globalSetup: ['test/support/postgres.ts'],
    // Real servers and child processes start inside some tests; simulated time makes the rest quick.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
