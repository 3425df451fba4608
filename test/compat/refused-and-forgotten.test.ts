// A script that reached no database, and forgets to end its pool, ends: what holds a process is connections and callers, as with the pools that the drop-ins stand in for.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { bundle } from '../support/bundle.js'
import { patience } from '../support/patience.js'

const program = await bundle('test/support/programs/drop-in-refused.ts')

it.each(['pg', 'pg, likePgPool', 'mysql2', 'mysql2/promise'])(
  'a process ends by itself whose pool could open no connection: %s',
  async which => {
    const child = spawn(process.execPath, [program, which], { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    child.stdout.on('data', chunk => {
      told += chunk
    })
    const tooLong = setTimeout(() => child.kill('SIGKILL'), patience / 4)
    const [code, signal] = await once(child, 'close')
    clearTimeout(tooLong)
    expect({ told, code, signal }).toEqual({ told: 'ECONNREFUSED', code: 0, signal: null })
  },
)
