// What the inspector answers over HTTP, whatever is behind it: files, limits, headers, and a base path.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerFetch, answerNode } from '../../src/inspector/adapters.js'
import { PageFiles } from '../../src/inspector/page-files.js'
import { type Backend, Site } from '../../src/inspector/site.js'

const token = 'a-token-for-tests'
const permissions = { hosts: [], viewToken: token, controlToken: 'another-token-for-tests' }
const controls: unknown[] = []
const backend: Backend = {
  view: () => undefined,
  control: async asked => {
    controls.push(asked)
    return { ok: true }
  },
  fault: async () => ({ ok: false, error: { code: 'NOT_FOUND', message: 'none' } }),
  recording: undefined,
}

let folder: string
let server: Server
let site: Site
let port: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-page-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>the page</title>')
  await writeFile(join(folder, 'app.js'), 'export const answer = 42')
  await writeFile(join(folder, 'secret.env'), 'PASSWORD=1')
  site = new Site('/pools/', permissions, new PageFiles(folder), backend)
  server = createServer((asked, response) => void answerNode(site, asked, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

interface Got {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** With any header, `host` too, which fetch does not allow. */
function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string | Buffer,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const bearer = { authorization: `Bearer ${token}` }
const control = { authorization: `Bearer ${permissions.controlToken}`, 'x-statepool-control': '1' }

describe('the page', () => {
  it('is served without a token, may load nothing from elsewhere, and may be in no frame', async () => {
    const { status, headers, body } = await get('/pools/')
    expect(status).toBe(200)
    expect(String(body)).toContain('the page')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    const policy = headers['content-security-policy']
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
      expect(policy).toContain(rule)
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  it('is compressed for those who take it, and not sent again to those who have it', async () => {
    const { headers, body } = await get('/pools/app.js', { 'accept-encoding': 'br, gzip' })
    expect(headers['content-encoding']).toBe('gzip')
    expect(String(gunzipSync(body))).toBe('export const answer = 42')
    const again = await get('/pools/app.js', { 'if-none-match': String(headers.etag) })
    expect(again.status).toBe(304)
    expect(again.body).toHaveLength(0)
  })

  it('is found from the path without a slash', async () => {
    const { status, headers } = await get('/pools')
    expect([status, headers.location]).toEqual([308, '/pools/'])
  })

  it.each(['/pools/secret.env', '/pools/../secret.env', '/pools/%2e%2e/package.json', '/pools/none.js'])(
    'has no file %s',
    async path => expect((await get(path)).status).toBe(404),
  )

  it('says how to build it when it is not there', async () => {
    const unbuilt = new Site('/', permissions, new PageFiles(join(folder, 'none')), backend)
    const response = await answerFetch(unbuilt, new Request('http://127.0.0.1/'))
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('npm run build')
  })

  it('says where it is when it is called at another path', async () => {
    const { status, body } = await get('/elsewhere/')
    expect(status).toBe(404)
    expect(String(body)).toMatch(/mounted at \/pools\/.*base/)
  })
})

describe('what comes from elsewhere', () => {
  it('is refused by its name: a page that had its own name lead here', async () => {
    for (const path of ['/pools/', '/pools/stream', '/pools/control']) {
      const { status, body } = await get(path, { ...bearer, host: `evil.example:${port}` })
      expect(status).toBe(403)
      expect(JSON.parse(String(body)).error.code).toBe('HOST')
    }
  })

  it('is refused by its origin', async () => {
    const { status, body } = await get('/pools/stream', { ...bearer, origin: 'https://evil.example' })
    expect(status).toBe(403)
    expect(JSON.parse(String(body)).error.code).toBe('ORIGIN')
  })

  it('is not told by CORS that it may ask', async () => {
    const { status, headers } = await get('/pools/stream', { origin: 'https://evil.example' }, 'OPTIONS')
    expect(status).toBe(403)
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([])
  })
})

describe('the stream', () => {
  it('needs the token', async () => {
    expect((await get('/pools/stream')).status).toBe(401)
    expect((await get('/pools/stream', { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await get('/pools/recording')).status).toBe(401)
    expect((await get(`/pools/stream?token=${token}`)).status).toBe(401) // addresses get into logs
  })

  it('is refused when there are too many', async () => {
    expect((await get('/pools/stream', bearer)).status).toBe(503)
  })
})

describe('a client that does not read', () => {
  it('is sent what its socket takes and no more, and the stream is let go when it leaves', async () => {
    let pulled = 0
    let cancelled = false
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull(controller) {
          pulled++
          controller.enqueue(new Uint8Array(64 * 1024))
        },
        cancel() {
          cancelled = true
        },
      })
    const responses: ServerResponse[] = []
    const streaming = new Site('/', permissions, new PageFiles(folder), { ...backend, view: endless })
    const own = createServer((asked, response) => {
      responses.push(response)
      void answerNode(streaming, asked, response)
    })
    await new Promise<void>(resolve => own.listen(0, '127.0.0.1', resolve))
    const socket = connect((own.address() as AddressInfo).port, '127.0.0.1')
    socket.pause()
    socket.write(`GET /stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`)
    const response = await until(() => responses[0])
    // Full when nothing more is pulled in hundred turns of the event loop.
    for (let last = -1; last !== pulled || !response.writableNeedDrain; ) {
      last = pulled
      for (let turn = 0; turn < 100; turn++) await new Promise(resolve => setImmediate(resolve))
    }
    expect(response.writableLength).toBeLessThan(1024 * 1024)
    socket.destroy()
    await until(() => cancelled || undefined)
    own.close()
  })
})

describe('a client that leaves or sends nonsense', () => {
  /** Sends bytes, and waits until the server has closed the connection, or closes it itself. */
  const send = (text: string, leave = false): Promise<string> =>
    new Promise(resolve => {
      let answer = ''
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(text)
        if (leave) setImmediate(() => socket.resetAndDestroy())
      })
      socket.on('data', chunk => {
        answer += chunk
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(answer))
    })
  const head = `host: localhost\r\nauthorization: Bearer ${permissions.controlToken}\r\nx-statepool-control: 1\r\n`

  it('in the middle of a body, a head or a stream, does the process no harm', async () => {
    for (const text of [
      `POST /pools/control HTTP/1.1\r\n${head}content-length: 100\r\n\r\n{`,
      `POST /pools/control HTTP/1.1\r\n${head}transfer-encoding: chunked\r\n\r\n5\r\n{"a"`,
      `GET /pools/stream HTTP/1.1\r\n${head}\r\n`,
      'GET /pools/stream HTTP/1.1\r\nhost: loc',
    ])
      for (let times = 0; times < 10; times++) await send(text, true)
    expect((await get('/pools/')).status).toBe(200)
  })

  it.each(['//', '/%', '/\\', '/pools/%zz', '/pools/?a=%', 'http://evil.example/pools/', '*'])(
    'is answered, whatever it asks for: %s',
    async path => {
      const answer = await send(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 (200|40\d)/)
    },
  )

  it('is asked no second request after a body that was not read', async () => {
    const smuggled = 'GET /pools/ HTTP/1.1\r\nhost: localhost\r\n\r\n'
    const long = `${' '.repeat(5_000)}${smuggled}`
    const answer = await send(
      `POST /pools/control HTTP/1.1\r\n${head}content-length: ${long.length}\r\n\r\n${long}`,
    )
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413'])
  })
})

describe('a change', () => {
  const body = JSON.stringify({ pool: 0, action: 'pause' })

  it('is done with token and header', async () => {
    const { status, body: answer } = await get('/pools/control', control, 'POST', body)
    expect([status, JSON.parse(String(answer))]).toEqual([200, { ok: true }])
    expect(controls).toEqual([{ pool: 0, action: 'pause' }])
  })

  it('is refused without them, and by GET', async () => {
    const before = controls.length
    const { authorization, ...header } = control
    expect((await get('/pools/control', header, 'POST', body)).status).toBe(401)
    expect((await get('/pools/control', { authorization }, 'POST', body)).status).toBe(403)
    expect((await get('/pools/control', { ...bearer, ...header }, 'POST', body)).status).toBe(403)
    expect((await get('/pools/control', control)).status).toBe(405)
    expect(controls).toHaveLength(before)
  })

  it('is refused when it is long, without reading it to its end', async () => {
    const { status } = await get('/pools/control', control, 'POST', Buffer.alloc(5_000, 32))
    expect(status).toBe(413)
  })

  it.each(['', 'no JSON', '[]', 'null', '7'])('is refused when it is no object: %s', async text => {
    expect((await get('/pools/control', control, 'POST', text)).status).toBe(400)
  })

  it('that fails is answered with why', async () => {
    const { status, body: answer } = await get('/pools/faults', control, 'POST', '{}')
    expect([status, JSON.parse(String(answer)).error.message]).toEqual([404, 'none'])
  })
})

async function until<T>(get: () => T | undefined): Promise<T> {
  for (;;) {
    const value = get()
    if (value !== undefined) return value
    await new Promise(resolve => setImmediate(resolve))
  }
}
