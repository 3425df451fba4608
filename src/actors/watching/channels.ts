// Node's diagnostics channels: what the pool publishes on them, and whether anyone listens.

/** What is used of a `Channel`. */
interface Channel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
  runStores<T>(message: unknown, run: () => T): T
}

/** What is used of a `TracingChannel`. */
export interface TraceChannel {
  readonly start: Channel
  readonly end: Channel
  readonly asyncStart: Channel
  readonly asyncEnd: Channel
  readonly error: Channel
  tracePromise<T>(run: () => Promise<T>, message: object): Promise<T>
}

interface DiagnosticsChannel {
  channel(name: string): Channel
  tracingChannel(name: string): TraceChannel
}

/** Asked for at run time, so that the core loads in a browser; undefined where there is none. */
const diagnostics = (
  globalThis as { process?: { getBuiltinModule?(id: string): DiagnosticsChannel | undefined } }
).process?.getBuiltinModule?.('node:diagnostics_channel')

const deaf: Channel = { hasSubscribers: false, publish() {}, runStores: (_, run) => run() }
const deafTrace: TraceChannel = {
  start: deaf,
  end: deaf,
  asyncStart: deaf,
  asyncEnd: deaf,
  error: deaf,
  tracePromise: run => run(),
}

const traceChannel = (name: string): TraceChannel => diagnostics?.tracingChannel(name) ?? deafTrace

/** From a call of `acquire()`, `use()` or a drop-in's method to its answer. */
export const acquires = traceChannel('statepool:acquire')

/** From the decision to open a connection until it is open, or is not. */
export const connects = traceChannel('statepool:connect')

/** From a call of `transaction()`, over all attempts, to its outcome. */
export const transactions = traceChannel('statepool:transaction')

/** Whether anyone listens to any part of it. Asked for each acquire; `TracingChannel.hasSubscribers` asks the same, at twice the cost. */
export function isHeard({ start, end, asyncStart, asyncEnd, error }: TraceChannel): boolean {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    asyncStart.hasSubscribers ||
    error.hasSubscribers ||
    end.hasSubscribers
  )
}

const points = new Map<string, Channel>()

/** Publishes a change of a pool's state on the channel of its name: `statepool:pool.down`. */
export function publishChange(notice: { readonly type: string }): void {
  let point = points.get(notice.type)
  if (point === undefined) {
    point = diagnostics?.channel(`statepool:${notice.type}`) ?? deaf
    points.set(notice.type, point)
  }
  if (point.hasSubscribers) point.publish(notice)
}
