// Makes a thousand pools of one group, and tells what each takes of the heap.
import { getActiveResourcesInfo } from 'node:process'
import { postgres } from '../../../src/db/pg/index.js'
import { createPool, poolGroup } from '../../../src/index.js'

const group = poolGroup({ max: 50 })
const make = (name: string) => createPool(postgres('postgres://web@127.0.0.1/shop'), { group, name })
const collect = (): number => {
  for (let n = 0; n < 3; n++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const pools = Array.from({ length: 50 }, (_, n) => make(`first ${n}`)) // what is made once is made by now
const before = collect()
for (let n = 0; n < 1_000; n++) pools.push(make(`pool ${n}`))
await new Promise(resolve => setImmediate(resolve))
const bytes = (collect() - before) / 1_000
const timers = getActiveResourcesInfo().filter(name => name === 'Timeout').length
console.log(JSON.stringify({ bytes, timers, open: group.stats().connections }))
await Promise.all(pools.map(pool => pool.close()))
