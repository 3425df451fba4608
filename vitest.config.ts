import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { patience, testTimeout } from './test/support/patience.js'
import { LongestFirst } from './test/support/sequence.js'

/** They need no database: most run in simulated time. */
const light = [
  'test/{actors,compiled,errors,hooks,inspector,machines,options,properties,recorder}/**/*.test.ts',
  'test/telemetry/{channels,observe,otel,prometheus,stats,health,logging}*.test.ts',
  'test/sharing/!(real*).test.ts',
  'test/pool/!(allow-exit-on-idle|unwatched-callers).test.ts',
  'test/page/*.test.ts',
]

/** Each in a process of its own: one replaces a module, the other breaks the pool's classes on purpose. */
const alone = ['test/pool/unwatched-callers.test.ts', 'test/simulation/mutations.test.ts']

/** In a real browser, on the page as it is built. */
const browser = ['test/page/browser/**/*.test.ts']

/**
 * What the operating system, a server or a browser does first is not ours to say. Where one red test of thousands costs a whole run, these are
 * tried once more; `.ci/run` lists the ones that needed it. Those in simulated time have no such excuse.
 */
const retry = process.env.CI === undefined ? 0 : 1

/** Tests that are printed in guides import the package by its name, as readers will; here that is its source. */
const { exports: entries } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const alias = Object.entries<{ default?: string }>(entries).flatMap(([entry, { default: built }]) => {
  if (built === undefined) return []
  const source = built.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts')
  return {
    find: new RegExp(`^statepool${entry.slice(1)}$`),
    replacement: fileURLToPath(new URL(source, import.meta.url)),
  }
})

export default defineConfig({
  resolve: { alias },
  test: {
    // Modules take longer to load than to test. So test files share them, and the process: what they change, they put back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'light', include: light, globalSetup: ['test/support/bundles.ts'] } },
      { extends: true, test: { name: 'alone', include: alone, isolate: true } },
      {
        extends: true,
        test: { name: 'browser', include: browser, retry, globalSetup: ['test/page/support/shown.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'served',
          retry,
          include: ['test/**/*.test.ts'],
          exclude: [...light, ...alone, ...browser],
          // One PostgreSQL and one MariaDB for all test files; each has a database of its own in it.
          globalSetup: ['test/support/announce.ts', 'test/support/bundles.ts', 'test/support/servers.ts'],
        },
      },
    ],
    // More than there are cores to spare: most of the long ones wait for servers and child processes.
    maxWorkers: Math.max(5, availableParallelism() - 1),
    // Real servers and child processes start inside some tests; simulated time makes the rest quick.
    testTimeout,
    hookTimeout: testTimeout,
    teardownTimeout: patience,
    expect: { poll: { timeout: patience } },
  },
})
