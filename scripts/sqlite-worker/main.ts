// npx tsx scripts/sqlite-worker/main.ts: writes src/db/sqlite/driver/worker-text.ts anew, after a change of what runs in SQLite's workers.

import { writeFile } from 'node:fs/promises'
import { bundleWorker, moduleOf } from './bundle.js'

await writeFile('src/db/sqlite/driver/worker-text.ts', moduleOf(await bundleWorker()))
