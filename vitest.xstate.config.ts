// Runs tests on another XState than the one that is installed: `XSTATE` is the folder of its package. Without it, that is a copy
// with one internal name changed, so that everything is interpreted (`npm run test:interpreted`).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { alteredXState, entryOf } from './test/support/altered-xstate.js'
import { patience, testTimeout } from './test/support/patience.js'

const { XSTATE } = process.env

function altered(): string {
  const place = mkdtempSync(join(tmpdir(), 'statepool-xstate-'))
  process.once('exit', () => rmSync(place, { recursive: true, force: true }))
  return alteredXState('_processingStatus', place)
}

/** Tests that say something about plans; where there are none, only the others make sense. */
const aboutPlans = 'test/compiled/{as-actor-logic,inspected,left-to-xstate,replays,same-as-xstate}.test.ts'

export default defineConfig({
  resolve: {
    alias: [{ find: /^xstate$/, replacement: entryOf(XSTATE ?? altered()) }],
  },
  test: {
    include: [
      'test/{actors,errors,machines,options,properties}/**/*.test.ts',
      // Without one that starts servers and programs, whose XState is the installed one, and one that replaces a module.
      'test/pool/!(allow-exit-on-idle|unwatched-callers).test.ts',
      'test/model/every-path.test.ts',
      'test/compiled/{deliver,interpreted}.test.ts',
      // What records transitions reads them from XState's inspection here.
      ...(XSTATE === undefined ? ['test/recorder/*.test.ts'] : [aboutPlans]),
    ],
    env: { STATEPOOL_INTERPRETED: XSTATE === undefined ? 'yes' : 'no' },
    isolate: false,
    testTimeout,
    hookTimeout: testTimeout,
    teardownTimeout: patience,
  },
})
