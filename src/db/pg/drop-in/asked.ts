// A query as its caller asks for it: callbacks and listeners run in the caller's async context.

import { AsyncResource } from 'node:async_hooks'
import { inCallersContext } from '../../../core/callers-context.js'
import { ofPool } from '../driver/ask.js'
import { isSubmittable } from './submittable.js'

interface Query {
  callback?: unknown
  emit?: unknown
  /** Of a cursor; a stream's is another one. */
  read?: unknown
  close?: unknown
  pipe?: unknown
}

/** Makes the arguments of `client.query()` ready for pg, in place. pg calls back, and emits, in the context of the socket, which is that of no caller. */
export function bindToCaller(args: unknown[]): void {
  const query = args[0] as Query | string | null | undefined
  if (typeof query === 'object' && query !== null)
    args[0] = isSubmittable(query) ? bindSubmittable(query) : bindConfig(query)
  for (let index = 1; index < args.length; index++) {
    const callback = args[index]
    if (typeof callback === 'function' && !(ofPool in callback))
      args[index] = inCallersContext(callback as () => unknown)
  }
}

/** The same object, because its caller keeps it. */
function bindSubmittable<Q extends object>(given: Q): Q {
  const query = given as Query
  const caller = new AsyncResource('statepool.query')
  const { callback, emit } = query
  if (typeof callback === 'function' && !(ofPool in callback))
    query.callback = caller.bind(callback as () => unknown)
  if (typeof emit === 'function')
    query.emit = (...values: unknown[]) =>
      caller.runInAsyncScope(emit as () => unknown, query, ...(values as []))
  if (query.pipe === undefined)
    for (const method of ['read', 'close'] as const) {
      const original = query[method]
      if (typeof original === 'function') query[method] = bindingLast(original as Method, given)
    }
  return given
}

type Method = (...args: unknown[]) => unknown

/** A method whose last argument may be a callback. */
function bindingLast(method: Method, self: object): Method {
  return (...args) => {
    const callback = args.at(-1)
    if (typeof callback === 'function') args[args.length - 1] = inCallersContext(callback as Method)
    return method.apply(self, args)
  }
}

/** A copy, because the caller may use it again. */
function bindConfig(query: Query): Query {
  const { callback } = query
  if (typeof callback !== 'function' || ofPool in callback) return query
  const copy: Query = Object.assign(Object.create(Object.getPrototypeOf(query)), query)
  copy.callback = inCallersContext(callback as () => unknown)
  return copy
}
