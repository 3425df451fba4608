// Runs tests on another XState than the one that is installed: `XSTATE` is the folder of its package. Without it, that is a copy
// with one internal name changed, so that everything is interpreted (`npm run test:interpreted`).
import { defineConfig } from 'vitest/config'
import { alteredXState, entryOf } from './test/support/altered-xstate.js'
import { patience, testTimeout } from './test/support/patience.js'

const folder = process.env.XSTATE ?? alteredXState('_processingStatus')

export default defineConfig({
  resolve: { alias: [{ find: /^xstate$/, replacement: entryOf(folder) }] },
  test: {
    include: [
      'test/{actors,errors,machines,options,properties}/**/*.test.ts',
      // Without one that starts servers and programs, whose XState is the installed one, and one that replaces a module.
      'test/pool/!(allow-exit-on-idle|unwatched-callers).test.ts',
      'test/model/every-path.test.ts',
      // What goes on without plans; the other files are about plans.
      'test/compiled/{canary,deliver,interpreted,xstate-versions}.test.ts',
    ],
    env: { STATEPOOL_INTERPRETED: process.env.XSTATE === undefined ? 'yes' : 'no' },
    isolate: false,
    testTimeout,
    hookTimeout: testTimeout,
    teardownTimeout: patience,
  },
})
