// Opens an inspector, says where, and lets go of what holds the process when it is told something.
import { simulated } from '../../../src/db/simulated/index.js'
import { createPool } from '../../../src/index.js'
import { inspector } from '../../../src/inspector/index.js'

const pool = createPool(simulated({ connectLatency: 1 }), { min: 1 })
const { url } = await inspector(pool)
console.log(url)
process.stdin.once('data', () => process.stdin.destroy())
