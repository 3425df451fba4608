// The inspector keeps no process alive, and closes whatever its clients do.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { inspector } from '../../src/inspector/index.js'
import { bundle } from '../support/bundle.js'
import { isHello, Page, quickPool } from './support.js'

const program = await bundle('test/support/programs/inspector-that-a-page-watches.ts')

it('a program ends although its inspector is open, and a page looks', async () => {
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [text] = await once(child.stdout, 'data')
  const page = await Page.open(String(text).trim())
  await page.until(isHello)
  child.stdin.write('go')
  expect(await ended).toEqual([0, null])
})

it('closing waits for no client that is in the middle of a request', async () => {
  await using pool = quickPool({ min: 0 })
  const page = await inspector(pool)
  const socket = connect(page.port as number, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('POST /control HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n')
  await Page.open(page.url).then(other => other.until(isHello)) // the server has read what was written before
  const gone = once(socket, 'close')
  await page.close()
  await gone
})
