// A flight recorder: it is always on, and writes what led to an incident.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPool } from 'statepool'
import { type Incident, readRecording, recorder, replay } from 'statepool/recorder'
import { simulated } from 'statepool/simulated'

const folder = process.env.RECORDINGS ?? (await mkdtemp(join(tmpdir(), 'recordings-')))
let wrote = (_path: string): void => {}
const written = new Promise<string>(resolve => {
  wrote = resolve
})

// #region start
const pool = createPool(simulated({ connectLatency: 5 }), { name: 'orders', max: 1 })

const flight = recorder(pool, {
  folder, // where it writes when something goes wrong
  signal: 'SIGUSR2', // and whenever you want: kill -USR2 <pid>
  onSaved(path: string, incident?: Incident) {
    console.log(`${incident?.kind ?? 'on request'}: npx statepool replay ${path}`)
    wrote(path)
  },
})
// #endregion

// One caller holds the only connection; another one waits in vain.
const lease = await pool.acquire()
await pool.acquire({ timeout: 20 }).catch((error: Error) => console.log(error.name))
const path = await written
lease.release()

// #region read
const recording = await readRecording(path)
console.log(recording.pool.name, recording.incident?.kind)
console.log(recording.frames.at(-1)?.leases.length, 'lease was held')

const { contradictions } = replay(recording)
console.log(contradictions.length, 'records contradict the statecharts')
// #endregion

// #region save
await flight.save(join(folder, 'orders.statepool.gz'))
// #endregion
await pool.close()
