// Runs tests on other versions of the databases' libraries and of telemetry's: `PEERS` is the `node_modules` that they are in.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { peers } from './scripts/peer-versions/peers.js'
import { patience, testTimeout } from './test/support/patience.js'

const place = process.env.PEERS ?? ''
const require = createRequire(join(place, 'none.js'))

/** What `import` finds: a package's file for it, where it has one. */
const entryOf = (name: string): string => {
  const forImport = ['wrapper.mjs', 'esm/index.mjs'].map(file => join(place, name, file))
  return forImport.find(file => existsSync(file)) ?? require.resolve(name)
}

const names = [...peers.flatMap(({ name, beside = [] }) => [name, ...beside]), 'mysql2/promise']

export default defineConfig({
  resolve: {
    alias: names
      .filter(name => existsSync(join(place, name.replace('/promise', ''))))
      .map(name => ({ find: new RegExp(`^${name}$`), replacement: entryOf(name) })),
  },
  test: {
    projects: [
      // It registers globals, with its version.
      {
        extends: true,
        test: { name: 'telemetry', include: ['test/telemetry/otel.*.test.ts'], isolate: true },
      },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['test/**/*.test.ts'],
          exclude: ['test/telemetry/otel.*.test.ts'],
          isolate: false,
          globalSetup: [
            'test/support/announce.ts',
            'test/support/bundles.ts',
            'test/support/postgres.ts',
            'test/support/mariadb.ts',
            'test/support/nats.ts',
          ],
        },
      },
    ],
    testTimeout,
    hookTimeout: testTimeout,
    teardownTimeout: patience,
  },
})
