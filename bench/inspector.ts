// What an open page of the inspector costs the pool's process: 100 connections, 10,000 transitions a second, with and without a viewer.
// Run: npx tsx bench/inspector.ts [--rounds 5] [--seconds 10]
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { simulated } from '../src/db/simulated/index.js'
import { createPool } from '../src/index.js'
import { inspector } from '../src/inspector/index.js'
import { loadInWords } from './load.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '10' } },
})
const seconds = Number(values.seconds)
const connections = 100
const leasesPerSecond = 3_334 // of three transitions each: acquire, checkout, release

/** A page, in a process of its own: what it costs there is the browser's. */
const page = `
  const [base, token] = process.argv[1].split('#token=')
  const response = await fetch(base + 'stream', { headers: { authorization: 'Bearer ' + token } })
  let bytes = 0
  process.stdout.write('open\\n')
  process.on('SIGTERM', () => { process.stdout.write(bytes + '\\n'); process.exit() })
  for await (const chunk of response.body) bytes += chunk.length`

const pool = createPool(simulated({ connectLatency: 1, unhealthyRate: 0 }), {
  min: connections,
  max: connections,
})
await pool.ready()
// Without a history: what it costs to keep one is what the recorder costs, which `npm run bench` measures.
const { url, close } = await inspector(pool, { history: 0 }).then(made => ({
  url: made.url,
  close: () => made.close(),
}))
console.log(`before: ${loadInWords()}`)

/** The share of a core that the process used, in percent, and the transitions per second. */
async function load(): Promise<{ readonly cpu: number; readonly transitions: number }> {
  const start = process.cpuUsage()
  const from = performance.now()
  const { acquired } = pool.stats()
  let given = 0
  while (performance.now() - from < seconds * 1_000) {
    const due = ((performance.now() - from) / 1_000) * leasesPerSecond
    for (; given < due; given++) {
      void pool.acquire().then(lease => setTimeout(() => lease.release(), 20))
    }
    await pause(5)
  }
  const took = (performance.now() - from) / 1_000
  const { user, system } = process.cpuUsage(start)
  const transitions = ((pool.stats().acquired - acquired) * 3) / took
  await pause(200)
  return { cpu: (user + system) / 10_000 / took, transitions }
}

async function open(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', page, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

const differences: number[] = []
await load() // warm
for (let round = 1; round <= Number(values.rounds); round++) {
  const without = await load()
  const child = await open()
  const looking = await load()
  const said = once(child.stdout as NodeJS.ReadableStream, 'data')
  child.kill()
  const bytes = Number(String((await said)[0]))
  differences.push(looking.cpu - without.cpu)
  console.log(
    `round ${round}: ${without.cpu.toFixed(1)} % of a core without a page, ${looking.cpu.toFixed(1)} % with one; ` +
      `${Math.round(looking.transitions).toLocaleString('en-US')} transitions/s, ${Math.round(bytes / seconds / 1_000)} kB/s`,
  )
}
differences.sort((one, other) => one - other)
console.log(
  `a page costs ${differences[Math.floor(differences.length / 2)]?.toFixed(2)} % of a core (median of ${differences.length})`,
)
console.log(`after: ${loadInWords()}`)
await close()
await pool.close()
