// Spans of what a pool's callers wait for, of its connects, and of transactions.
import {
  type Attributes,
  context,
  diag,
  INVALID_SPAN_CONTEXT,
  type Tracer as OtelTracer,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { AcquireEnd, AcquireTerms, ConnectEnd, Tracer } from '../../actors/watching/tracing.js'
import { PoolError } from '../../core/errors.js'
import { withoutHookWords } from '../../core/hook-words.js'
import { messageOf } from '../../core/wording.js'
import type { BeginOptions } from '../../index.js'
import type { SpanNames } from './options.js'

/** Begins each span where the pool is asked, and ends it with the time at which the pool answered. */
export class SpanTracer implements Tracer {
  readonly #tracer: OtelTracer
  readonly #names: SpanNames
  readonly #attributes: Attributes
  readonly #requireParent: boolean

  /** @param attributes of every span */
  constructor(tracer: OtelTracer, names: SpanNames, attributes: Attributes, requireParent: boolean) {
    this.#tracer = tracer
    this.#names = names
    this.#attributes = attributes
    this.#requireParent = requireParent
  }

  acquire(
    _pool: string,
    _request: number,
    run: () => void,
    { tenant, lane }: AcquireTerms,
  ): (end: AcquireEnd) => void {
    const span = this.#start(this.#names.acquire)
    if (tenant !== undefined) span.setAttribute('statepool.tenant', tenant)
    if (lane !== undefined) span.setAttribute('statepool.lane', lane)
    run()
    return ({ at, position, connection, error }) => {
      span.setAttribute('statepool.queue.position', position)
      if (connection !== undefined) span.setAttribute('statepool.connection', connection)
      else if (error !== undefined) fail(span, error)
      else span.setAttribute('statepool.shared', true)
      end(span, at)
    }
  }

  /** A root span: all callers use the connection, not only the one that made the pool open it. */
  connect(_pool: string, connection: string): (end: ConnectEnd) => void {
    if (this.#requireParent) return () => {}
    const span = this.#start(this.#names.connect, { root: true })
    span.setAttribute('statepool.connection', connection)
    return ({ at, error, reason }) => {
      if (error !== undefined) fail(span, error)
      else if (reason !== undefined) span.setAttribute('statepool.close.reason', reason)
      end(span, at)
    }
  }

  async transaction<T>(_pool: string, begin: BeginOptions, run: () => Promise<T>): Promise<T> {
    const { isolation, readOnly } = begin
    const span = this.#start(this.#names.transaction)
    if (span === silent) return run() // not as the active span: it would hide the caller's
    if (isolation !== undefined) span.setAttribute('statepool.transaction.isolation', isolation)
    if (readOnly !== undefined) span.setAttribute('statepool.transaction.read_only', readOnly)
    try {
      return await context.with(trace.setSpan(context.active(), span), run)
    } catch (error) {
      fail(span, error)
      throw error
    } finally {
      end(span)
    }
  }

  /** Never throws: a sampler or a processor of the application's may. */
  #start(name: string | false, options: SpanOptions = {}): Span {
    const parent = context.active()
    if (name === false || (this.#requireParent && trace.getSpan(parent) === undefined)) return silent
    try {
      return this.#tracer.startSpan(name, { ...options, attributes: this.#attributes }, parent)
    } catch (error) {
      diag.error('statepool: a span could not be started', error)
      return silent
    }
  }
}

const silent = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

function end(span: Span, at?: number): void {
  try {
    span.end(at)
  } catch (error) {
    diag.error('statepool: a span could not be ended', error)
  }
}

/** Of an error that is not the pool's, only its kind: its message may have data in it. */
function fail(span: Span, error: unknown): void {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  const kind = typeof code === 'string' && code !== '' ? code : typeof name === 'string' ? name : '_OTHER'
  span.setAttribute('error.type', kind)
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(error instanceof PoolError && { message: withoutHookWords(messageOf(error), error) }),
  })
}
