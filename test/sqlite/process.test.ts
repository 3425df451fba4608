// A SQLite pool that is closed, or idle and told not to matter, lets its process end, and leaves no file but the database.

import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundle } from '../support/bundle.js'
import { fileForTest } from '../support/sqlite-file.js'

const program = await bundle('test/support/programs/sqlite-at-rest.ts')

const run = (situation: string, filename: string, isolation: string) =>
  new Promise<{ code: number | null; output: string }>(resolve => {
    const child = spawn(process.execPath, [program, situation, filename, isolation])
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', data => {
        output += data
      })
    }
    child.on('close', code => resolve({ code, output }))
  })

describe.each(['thread', 'process'])('a program with connections in a %s', isolation => {
  it.each(['closed', 'idle'])('ends by itself when its pool is %s', async situation => {
    const filename = await fileForTest()
    expect(await run(situation, filename, isolation)).toEqual({ code: 0, output: 'at rest' })
    if (situation === 'closed') expect(await readdir(dirname(filename))).toEqual(['test.db'])
  })
})
