// Random actions and guards for random machines; each writes down how it was called.

import fc from 'fast-check'
import {
  and,
  assign,
  cancel,
  createActor,
  emit,
  enqueueActions,
  log,
  not,
  or,
  raise,
  sendTo,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate'
import { fromTransition } from 'xstate/actors'

/** The event types that machines are sent, and raise. */
export const eventTypes = ['a', 'a.b', 'a.b.c', 'd', 'x.y']

/** What `transitions` of random machines are written for. */
export const descriptors = [...eventTypes, '*', 'a.*', 'a.b.*', 'x.*']

/** A context that cannot grow: `n` counts in a circle. */
export interface RandomContext {
  readonly n: number
  readonly last?: string
}

interface Args {
  readonly context: RandomContext
  readonly event: { readonly type: string }
  readonly self?: { readonly _snapshot?: { readonly value?: unknown } }
  readonly system?: unknown
}

/** Takes down one call of an action, a guard, an assigner or a params function. */
export type Record = (what: string, args: Args, params?: unknown) => void

/** Made anew for each side, so that each has a record of its own. */
export type Part = (record: Record) => unknown

const n = fc.integer({ min: 0, max: 6 })
const event = fc.constantFrom(...eventTypes)

const paramsOf = (name: string, value: number, computed: boolean, record: Record): unknown =>
  computed
    ? (args: Args) => {
        record(`${name}.params`, args)
        return { value: value + args.context.n }
      }
    : { value }

/** An action or a guard under its name: bare, with params, or with computed params. */
const named = (names: readonly string[]): fc.Arbitrary<Part> =>
  fc.record({ name: fc.constantFrom(...names), form: fc.integer({ min: 0, max: 4 }), value: n }).map(
    ({ name, form, value }) =>
      record =>
        form < 3 ? name : { type: name, params: paramsOf(name, value, form === 4, record) },
  )

/** An action that throws now and then. */
const calls =
  (name: string, throwsAt: number): Part =>
  record =>
  (args: Args, params: unknown) => {
    record(name, args, params)
    if (args.context.n === throwsAt) throw new Error(`${name} refused`)
  }

const assigns =
  (name: string, by: number, asObject: boolean): Part =>
  record => {
    const next = (args: Args, params: unknown): number => {
      record(name, args, params)
      return (args.context.n + by) % 7
    }
    return asObject
      ? assign({ n: next as never, last: name } as never)
      : assign(((args: Args, params: unknown) => ({ n: next(args, params) })) as never)
  }

const child = fromTransition((count: number) => count + 1, 0)
const sink = createActor(child).start()

/** The implementations that named actions are found in; `absent` is meant to be missing. */
export const actionNames = ['note', 'brittle', 'count', 'tally', 'echo', 'absent']
export const actionParts: { readonly [name: string]: Part } = {
  note: calls('note', -1),
  brittle: calls('brittle', 3),
  count: assigns('count', 1, true),
  tally: assigns('tally', 2, false),
  echo: () => raise({ type: 'd' }),
}

/** Actions that are replayed. */
export const plainAction: fc.Arbitrary<Part> = fc.oneof(
  { weight: 8, arbitrary: named(actionNames) },
  { weight: 2, arbitrary: n.map(at => calls(`inline${at}`, -1)) },
  { weight: 1, arbitrary: n.map(by => assigns(`assign${by}`, by, by % 2 === 0)) },
  { weight: 1, arbitrary: event.map(type => () => raise({ type })) },
)

/** Actions that are left to XState, or to its own code. */
export const oddAction: fc.Arbitrary<Part> = fc.oneof(
  event.map(type => () => raise(() => ({ type }))),
  event.map(type => () => raise({ type }, { delay: 5, id: 'later' })),
  fc.tuple(event, fc.boolean()).map(([type, toSelf]) => (record: Record) => {
    const tell = (args: object) => {
      record('sendTo', args as Args)
      return { type }
    }
    return toSelf ? sendTo(({ self }) => self, tell, { delay: 3 }) : sendTo(sink, tell)
  }),
  event.map(type => () => emit({ type })),
  fc.constant<Part>(() => cancel('later')),
  fc.constant<Part>(record => log(args => record('log', args as object as Args))),
  n.map(
    value => (record: Record) =>
      enqueueActions(({ enqueue, check, ...args }) => {
        record('enqueue', args as never)
        if (check((({ context }: Args) => context.n < value) as never)) enqueue('note' as never)
        enqueue.assign({ n: value } as never)
      }),
  ),
  fc.constant<Part>(() => spawnChild(child, { id: 'spawned' })),
  fc.constant<Part>(() => stopChild('spawned')),
  fc.constant<Part>(record =>
    assign(((args: Args & { spawn(logic: typeof child, options: object): unknown }) => {
      record('spawn', args)
      args.spawn(child, { id: 'assigned' })
      return {}
    }) as never),
  ),
)

const answers =
  (name: string, of: (args: Args) => unknown): Part =>
  record =>
  (args: Args, params: unknown) => {
    record(name, args, params)
    return of(args)
  }

/** The implementations that named guards are found in; `unknown` is meant to be missing, `alias` names another. */
export const guardNames = ['isEven', 'isSmall', 'isDotted', 'always', 'never', 'alias', 'isBrittle', 'both']
export const guardParts: { readonly [name: string]: Part } = {
  isEven: answers('isEven', ({ context }) => context.n % 2 === 0),
  isSmall: answers('isSmall', ({ context }) => (context.n < 3 ? 'yes' : 0)),
  isDotted: answers('isDotted', args => args.event.type.includes('.')),
  always: answers('always', () => true),
  never: answers('never', () => false),
  alias: () => 'isEven',
  both: () => and(['isEven', 'isSmall'] as never),
  isBrittle: answers('isBrittle', ({ context }) => {
    if (context.n === 5) throw new Error('will not say')
    return true
  }),
}

/** A guard for a machine whose states have the ids `s0` to `s<states - 1>`. */
export const guard = (states: number): fc.Arbitrary<Part> =>
  fc.oneof(
    { weight: 10, arbitrary: named(guardNames) },
    { weight: 3, arbitrary: n.map(at => answers(`inline${at}`, ({ context }) => context.n !== at)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(named(guardNames), named(guardNames), n)
        .map(([first, second, kind]) => (record: Record) => {
          const parts = [first(record), second(record)] as never
          return kind < 2 ? and(parts) : kind < 4 ? or(parts) : not(first(record) as never)
        }),
    },
    { weight: 1, arbitrary: fc.nat({ max: states - 1 }).map(id => () => stateIn(`#s${id}`)) },
    { weight: 1, arbitrary: fc.constant<Part>(() => 'unknown') },
  )
