// What the inspector answers to each request: the same for its own server, for a framework's requests and for fetch's.
import {
  mayControl,
  type Permissions,
  type Purpose,
  type Refusal,
  type RequestHead,
  refusalOf,
} from './gate.js'
import { notBuilt, type PageFiles } from './page-files.js'
import { type Answer, type ControlRequest, type FaultRequest, paths, streamType } from './protocol.js'

/** A request, wherever it comes from. */
export interface SiteRequest extends RequestHead {
  /** Of the address, without its query. */
  readonly path: string
  readonly acceptsGzip: boolean
  readonly ifNoneMatch: string | undefined
  /** The body as text; undefined when it is longer than `limit` bytes. */
  readBody(limit: number): Promise<string | undefined>
}

export interface SiteResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | undefined
}

/** What there is behind the site. */
export interface Backend {
  /** A stream of messages; undefined when there are too many viewers. */
  view(mayControl: boolean): ReadableStream<Uint8Array> | undefined
  control(request: ControlRequest): Promise<Answer>
  fault(request: FaultRequest): Promise<Answer>
  /** The file of the recording that is shown; undefined where pools run. */
  readonly recording: Uint8Array | undefined
}

/** No request of the page is longer, in bytes. */
const longestBody = 4096

/** Only the page's own files run, and they talk to the inspector alone; no other page can have it in a frame. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const everyHeader = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Nothing between server and page may keep it, compress it or wait for more of it. */
const passThrough = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' }

/** The inspector as a website. */
export class Site {
  readonly #base: string
  readonly #permissions: Permissions
  readonly #files: PageFiles
  readonly #backend: Backend

  constructor(base: string, permissions: Permissions, files: PageFiles, backend: Backend) {
    this.#base = base
    this.#permissions = permissions
    this.#files = files
    this.#backend = backend
  }

  async answer(request: SiteRequest): Promise<SiteResponse> {
    const { path } = request
    if (`${path}/` === this.#base)
      return { status: 308, headers: { ...everyHeader, location: this.#base }, body: undefined }
    if (!path.startsWith(this.#base)) return failed(404, 'NOT_FOUND', this.#elsewhere(path))
    const route = path.slice(this.#base.length)
    const purpose = purposeOf(route)
    const refusal = refusalOf(request, purpose, this.#permissions)
    if (refusal !== undefined) return refused(refusal)
    const method = purpose === 'control' ? 'POST' : 'GET'
    if (request.method !== method && !(purpose === 'file' && request.method === 'HEAD'))
      return failed(405, 'METHOD', `Use ${method}.`, { allow: method })
    if (purpose === 'file') return this.#file(route, request)
    return purpose === 'view' ? this.#view(route, request) : this.#change(route, request)
  }

  #elsewhere(path: string): string {
    return `The inspector is mounted at ${this.#base}, and was asked for ${JSON.stringify(path.slice(0, 100))}. Its option base must be the path at which your server calls it.`
  }

  async #file(route: string, { method, acceptsGzip, ifNoneMatch }: SiteRequest): Promise<SiteResponse> {
    const file = await this.#files.find(route)
    if (file === undefined) return failed(404, 'NOT_FOUND', 'There is no such file.')
    if (file === 'not built')
      return {
        status: 503,
        headers: { ...everyHeader, 'content-type': 'text/plain; charset=utf-8' },
        body: notBuilt,
      }
    const { type, tag, plain, gzipped } = file
    const headers = { ...everyHeader, etag: tag, vary: 'accept-encoding', 'cache-control': 'no-cache' }
    if (ifNoneMatch === tag) return { status: 304, headers, body: undefined }
    const body = acceptsGzip ? gzipped : plain
    const about = {
      'content-type': type,
      'content-length': String(body.byteLength),
      ...(acceptsGzip ? { 'content-encoding': 'gzip' } : undefined),
    }
    return { status: 200, headers: { ...headers, ...about }, body: method === 'HEAD' ? undefined : body }
  }

  #view(route: string, { authorization }: SiteRequest): SiteResponse {
    const { recording } = this.#backend
    if (route === paths.recording) {
      if (recording === undefined) return failed(404, 'NOT_FOUND', 'The pools run; no recording is shown.')
      const headers = { ...everyHeader, ...passThrough, 'content-type': 'application/octet-stream' }
      return { status: 200, headers, body: recording }
    }
    const stream = this.#backend.view(mayControl(authorization, this.#permissions))
    if (stream === undefined)
      return failed(503, 'TOO_MANY', 'Too many pages look at this inspector. Close some of them.')
    return {
      status: 200,
      headers: { ...everyHeader, ...passThrough, 'content-type': streamType },
      body: stream,
    }
  }

  async #change(route: string, request: SiteRequest): Promise<SiteResponse> {
    const text = await request.readBody(longestBody)
    if (text === undefined) return failed(413, 'TOO_LONG', `A request has at most ${longestBody} bytes.`)
    const body = parsed(text)
    if (body === undefined) return failed(400, 'BAD_REQUEST', 'The body must be an object, as JSON.')
    const answer = await (route === paths.control
      ? this.#backend.control(body as unknown as ControlRequest)
      : this.#backend.fault(body as unknown as FaultRequest))
    return json(answer.ok ? 200 : statusOf(answer.error.code), answer)
  }
}

function purposeOf(route: string): Purpose {
  if (route === paths.control || route === paths.faults) return 'control'
  return route === paths.stream || route === paths.recording ? 'view' : 'file'
}

const statusOf = (code: string): number => (code === 'TOO_OFTEN' ? 429 : code === 'NOT_FOUND' ? 404 : 400)

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

const refused = ({ status, code, message }: Refusal): SiteResponse =>
  failed(status, code, message, status === 401 ? { 'www-authenticate': 'Bearer' } : undefined)

function failed(
  status: number,
  code: string,
  message: string,
  headers?: Record<string, string>,
): SiteResponse {
  return json(status, { ok: false, error: { code, message } }, headers)
}

function json(status: number, answer: Answer, headers?: Record<string, string>): SiteResponse {
  return {
    status,
    headers: { ...everyHeader, ...passThrough, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(answer),
  }
}
