// A client that the server ends while nobody listens for errors ends a program with pg.Pool, and none with the drop-in.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, inject, it } from 'vitest'
import { bundle } from '../../support/bundle.js'

const program = await bundle('test/support/programs/pool-that-loses-a-client.ts')

async function run(
  kind: string,
  situation: string,
): Promise<{ code: number; output: string; errors: string }> {
  const { host, port, user, password, database } = inject('postgres')
  const config = JSON.stringify({ host, port, user, password, database })
  const child = spawn(process.execPath, [program, kind, situation, config])
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const [code] = await once(child, 'close')
  return { code, output, errors }
}

it.each([
  ['idle', 'pg.Pool', 1],
  ['idle', 'drop-in', 0],
  ['idle', 'drop-in with the habit', 1],
  ['lent', 'pg.Pool', 1],
  ['lent', 'drop-in', 0],
  ['lent', 'drop-in with the habit', 1],
  ['querying', 'pg.Pool', 0],
  ['querying', 'drop-in', 0],
  ['querying', 'drop-in with the habit', 0],
])('a client lost while %s, with %s: exit code %i', async (situation, kind, code) => {
  const ended = await run(kind, situation)
  expect(ended).toMatchObject({ code, output: code === 0 ? 'alive' : '' })
  if (code === 1) expect(ended.errors).toContain('terminat')
})
