// Serves the built page, and a synthetic pool in the inspector's own protocol.

import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeMessage } from '../../../src/inspector/framing.js'
import { type Hello, paths, protocolVersion } from '../../../src/inspector/protocol.js'
import { type SyntheticOptions, SyntheticPool } from './synthetic-pool.js'

const folder = fileURLToPath(new URL('../../../dist/inspector/page', import.meta.url))
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
/** As the real server has it: nothing inline, nothing from elsewhere. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'"

export interface SyntheticServer {
  readonly url: string
  /** Ends all streams, and accepts new ones only if told so. */
  interrupt(accepts: boolean): void
  close(): Promise<void>
}

/** @param past how much of the pool's life is over when a viewer comes, in milliseconds */
export async function serveSynthetic(
  options: SyntheticOptions,
  { past = 0, hello = {} }: { past?: number; hello?: Partial<Hello> } = {},
): Promise<SyntheticServer> {
  const streams = new Set<ServerResponse>()
  let accepts = true
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '/').slice(1) || 'index.html'
    if (path === paths.stream) {
      if (!accepts) return void response.destroy()
      streams.add(response)
      const stop = stream(response, options, past, hello)
      response.on('close', () => {
        stop()
        streams.delete(response)
      })
      return
    }
    try {
      const body = await readFile(join(folder, path))
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'text/plain',
        'content-security-policy': policy,
      })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/#token=synthetic`,
    interrupt(acceptsNow) {
      accepts = acceptsNow
      for (const each of streams) each.destroy()
    },
    close: () =>
      new Promise(resolve => {
        for (const each of streams) each.destroy()
        server.close(() => resolve())
      }),
  }
}

function stream(
  response: ServerResponse,
  options: SyntheticOptions,
  past: number,
  hello: Partial<Hello>,
): () => void {
  const pool = new SyntheticPool(options)
  response.writeHead(200)
  const started = performance.now()
  response.write(
    encodeMessage({
      type: 'hello',
      protocol: protocolVersion,
      source: 'live',
      process: { pid: 4711, node: 'v22.12.0', title: 'orders-api' },
      allowControl: false,
      faults: [],
      pools: [
        {
          id: 0,
          name: 'orders',
          driver: 'postgres',
          target: 'db.internal:5432/orders',
          options: {},
          clock: { pool: past, wall: Date.UTC(2026, 0, 5, 12, 0, 0) },
        },
      ],
      ...hello,
    }),
  )
  let isFirst = true
  const send = (withFrame: boolean): void => {
    response.write(encodeMessage({ type: 'slice', pool: 0, bytes: pool.slice(isFirst) }))
    isFirst = false
    if (withFrame) response.write(encodeMessage(pool.frame()))
  }
  while (pool.at + 250 <= past) {
    pool.advance(250)
    send(true)
  }
  let turns = 0
  const timer = setInterval(() => {
    pool.advance(past + performance.now() - started - pool.at)
    send(++turns % 3 === 0)
  }, 100)
  return () => clearInterval(timer)
}
