// A worker that ends before it has opened anything.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('says what it ended of, once, and in one sentence', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    'test/support/programs/sqlite-without-its-loader.ts',
  ])
  expect(stdout).toMatch(
    /^ConnectError: No connection could be opened to sqlite in \S+: the thread \d+ ended with code 1 before the database was open: Cannot find package 'tsx' imported from \S+\. Check/,
  )
})
