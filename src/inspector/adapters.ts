// The inspector's site for those who call it: Node's requests, as Express and Fastify have them too, and fetch's, as Hono has them.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { controlHeader } from './protocol.js'
import type { Site, SiteRequest, SiteResponse } from './site.js'

/** Answers a request of fetch's kind. Never rejects. */
export async function answerFetch(site: Site, request: Request): Promise<Response> {
  const { headers } = request
  const url = new URL(request.url)
  const header = (name: string): string | undefined => headers.get(name) ?? undefined
  const {
    status,
    headers: answered,
    body,
  } = await answer(site, {
    method: request.method,
    path: url.pathname,
    ...headOf(header),
    host: header('host') ?? url.host, // where a runtime keeps the header to itself, it is in the address
    readBody: limit => readText(request.body ?? [], limit),
  })
  return new Response(body as ConstructorParameters<typeof Response>[0], { status, headers: answered })
}

/** Answers a request of Node's kind, and resolves when the response is over. Never rejects: a client can leave at any moment. */
export async function answerNode(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const header = (name: string): string | undefined => {
    const value = request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
  response.on('error', ignore)
  // Express takes the path at which it mounts something out of `url`, and has a parser of bodies that leaves nothing to read.
  const { originalUrl, body: parsed } = request as { originalUrl?: string; body?: unknown }
  const answered = await answer(site, {
    method: request.method ?? 'GET',
    path: (originalUrl ?? request.url ?? '/').replace(/[?#].*$/s, ''),
    ...headOf(header),
    host: header('host') ?? header(':authority'), // HTTP/2
    readBody: limit => (parsed === undefined ? readText(request, limit) : limited(parsed, limit)),
  })
  // What is left of a body would be taken for the next request.
  const isCut = request.method === 'POST' && !request.readableEnded
  if (isCut && request.httpVersionMajor === 1) response.shouldKeepAlive = false
  await write(answered, response).catch(() => response.destroy())
}

const ignore = (): void => {}

/** A fault in here must not become one of the application. */
async function answer(site: Site, request: SiteRequest): Promise<SiteResponse> {
  try {
    return await site.answer(request)
  } catch {
    return { status: 500, headers: { 'content-type': 'text/plain' }, body: 'The request could not be read.' }
  }
}

function headOf(
  header: (name: string) => string | undefined,
): Omit<SiteRequest, 'method' | 'path' | 'readBody'> {
  return {
    host: header('host'),
    origin: header('origin'),
    authorization: header('authorization'),
    isDeliberate: header(controlHeader) !== undefined,
    acceptsGzip: /\bgzip\b/.test(header('accept-encoding') ?? ''),
    ifNoneMatch: header('if-none-match'),
  }
}

/** Text of at most so many bytes: what is longer is not read to its end. */
async function readText(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function limited(parsed: unknown, limit: number): Promise<string | undefined> {
  const text = JSON.stringify(parsed) ?? ''
  return Promise.resolve(Buffer.byteLength(text) > limit ? undefined : text)
}

async function write({ status, headers, body }: SiteResponse, response: ServerResponse): Promise<void> {
  response.writeHead(status, { ...headers })
  if (body instanceof ReadableStream) await pump(body, response)
  else response.end(body)
}

/** Writes a stream as fast as the other side reads, and no faster. */
async function pump(stream: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = stream.getReader()
  if (response.destroyed) return reader.cancel() // it left while its answer was made
  const gone = new AbortController()
  response.once('close', () => {
    gone.abort()
    void reader.cancel()
  })
  response.flushHeaders()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (!response.write(value)) await once(response, 'drain', { signal: gone.signal })
    }
    response.end()
  } catch {
    response.destroy() // the page is gone
  }
}
