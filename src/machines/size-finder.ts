// How an adaptive pool finds its size: searching → holding, and trying one connection more from time to time.
import { assign, setup } from 'xstate'
import {
  afterTrial,
  afterWindow,
  climbed,
  hasChanged,
  hold,
  isMeasured,
  isOver,
  isWorth,
  judge,
  type Measured,
  mayTry,
  rises,
  withMeasured,
} from './decisions/knee.js'
import type { SizeFinderContext, SizeFinderEvent, SizeFinderInput, SizeSample } from './size-finder-types.js'

/** What an action or a guard is given. */
interface Given {
  readonly context: SizeFinderContext
  readonly event: SizeFinderEvent
}

/** Changes the context, for a sample. */
const noted = (
  changes: (context: SizeFinderContext, window: Measured, at: number) => Partial<SizeFinderContext>,
) =>
  assign<SizeFinderContext, SizeFinderEvent, undefined, SizeFinderEvent, never>(({ context, event }) => {
    if (event.type !== 'sampled') return {}
    const from = { at: event.at, served: event.served }
    return {
      ...changes(context, windowOf(context, event), event.at),
      from,
      alive: aliveAfter(context, event),
    }
  })

function aliveAfter(
  { alive }: SizeFinderContext,
  { at, served, wanted }: SizeSample,
): SizeFinderContext['alive'] {
  return wanted && served === alive.served ? alive : { at, served }
}

/** For too long no lease has ended, although callers wait and the pool may have more connections. */
const isStalled = (
  { size, range, policy, alive }: SizeFinderContext,
  { at, served, wanted }: SizeSample,
): boolean =>
  size < range.max && wanted && served === alive.served && at >= alive.at + patience * policy.interval

/** Asks about a sample. */
const asked =
  (question: (context: SizeFinderContext, window: Measured, sample: SizeSample) => boolean) =>
  ({ context, event }: Given): boolean =>
    event.type === 'sampled' && question(context, windowOf(context, event), event)

const windowOf = ({ size, from }: SizeFinderContext, { at, served }: SizeSample): Measured => ({
  size,
  served: served - from.served,
  took: at - from.at,
  times: 1,
})

/** A pool whose sizes are judged by what they did so long ago, in intervals, is searched anew. */
const memory = 30

/** A pool that serves no caller for so many intervals may have too few connections. */
const patience = 5

/** For so many intervals it has more, then: it may as well have been the database. */
const caution = 600

const startingContext = ({ policy, range }: SizeFinderInput): SizeFinderContext => ({
  policy,
  range,
  size: range.max,
  seen: [],
  held: hold({ size: range.max, served: 0, took: 0, times: 0 }),
  from: { at: 0, served: 0 },
  alive: { at: 0, served: 0 },
  seenAt: 0,
  least: range.min,
  cautiousUntil: Number.POSITIVE_INFINITY,
})

/**
 * The statechart by which a pool with the option `adaptive` finds how many connections serve its callers best. The pool samples its counters and
 * gives itself the size that the chart says.
 */
export const sizeFinderMachine = setup({
  types: {
    context: {} as SizeFinderContext,
    events: {} as SizeFinderEvent,
    input: {} as SizeFinderInput,
  },
  guards: {
    /** No caller waits, or the pool has another number of connections: this says nothing of the size. */
    isVoid: asked(
      (context, _window, sample) =>
        !isStalled(context, sample) &&
        (!sample.wanted || sample.open > context.size || sample.open < 0.9 * context.size),
    ),
    isStalled: asked((context, _window, sample) => isStalled(context, sample)),
    /** It stalled with so few connections long ago, and may have been wronged. */
    isForgiven: asked(({ cautiousUntil }, _window, { at, wanted }) => wanted && at >= cautiousUntil),
    /** Each connection has served about once: what began before the size was changed is over. */
    hasTurned: asked(({ size }, { served }) => served >= size),
    /** This measurement shows which size is best. */
    isFound: asked(
      ({ seen, range, policy }, now) =>
        isMeasured(now, seen, policy) && judge(withMeasured(seen, now), range, policy.tolerance).found,
    ),
    isMeasured: asked(({ seen, policy }, now) => isMeasured(now, seen, policy)),
    isOver: asked(({ policy }, now) => isOver(now, policy)),
    /** The throughput of the size that is held is another than when it was found. */
    hasChanged: asked(
      ({ held, policy }, now) => isOver(now, policy) && hasChanged(afterWindow(held, now, policy)),
    ),
    hasFallen: asked(({ held, policy }, now) => isOver(now, policy) && hasChanged(afterTrial(held, now))),
    /** It is time to see what one connection more does. */
    mayTry: asked(
      ({ held, range, policy }, now) =>
        isOver(now, policy) && mayTry(afterWindow(held, now, policy), range, policy),
    ),
    /** One connection more has been worth it twice in a row. */
    rises: asked(({ held, policy }, now) => isOver(now, policy) && rises(afterTrial(held, now))),
    isWorth: asked(({ held, policy }, now) => isOver(now, policy) && isWorth(afterTrial(held, now))),
  },
  actions: {
    /** The measurement begins now. */
    begin: noted(({ seen, seenAt, policy }, _window, at) =>
      at - seenAt > memory * policy.interval ? { seen: seen.slice(0, 0) } : {},
    ),
    noteMeasured: noted(({ seen, range, policy }, now, at) => {
      const all = withMeasured(seen, now)
      return { seen: all, seenAt: at, size: judge(all, range, policy.tolerance).size }
    }),
    hold: noted(({ seen, size }) => ({ held: hold(seen.find(one => one.size === size) as Measured) })),
    noteWindow: noted(({ held, policy }, now) => ({ held: afterWindow(held, now, policy) })),
    tryOneMore: noted(({ held }) => ({ size: held.reference.size + 1 })),
    noteTrial: noted(({ held }, now) => ({ held: afterTrial(held, now), size: held.reference.size })),
    /** One connection more is the size that is held. */
    climb: noted(({ held }, now) => ({ held: climbed(afterTrial(held, now), now) })),
    /** Larger sizes are better now: the search begins with twice as many. */
    searchAbove: noted(({ held, range }, now, at) => ({
      seen: [held.reference, now],
      seenAt: at,
      size: Math.min(range.max, 2 * held.reference.size),
    })),
    /** Forgets what the sizes did. */
    searchAnew: noted(({ range, policy }, now, at) => ({
      seen: [now],
      seenAt: at,
      size: judge([now], range, policy.tolerance).size,
    })),
    noteLife: assign(({ context, event }) =>
      event.type === 'sampled' ? { alive: aliveAfter(context, event) } : {},
    ),
    retreat: noted(({ policy, range: { max }, size, least, cautiousUntil }, _window, at) => ({
      ...startingContext({ policy, range: { min: size + 1, max } }),
      least,
      cautiousUntil: Math.min(cautiousUntil, at + caution * policy.interval),
    })),
    /** Fewer connections may be tried again, from as many as there are. */
    forgive: noted(({ range: { max }, least, seen }) => ({
      range: { min: least, max },
      cautiousUntil: Number.POSITIVE_INFINITY,
      seen: seen.slice(0, 0),
    })),
    takeRange: assign(({ context, event }) =>
      event.type === 'resized' ? startingContext({ ...context, range: event.range }) : context,
    ),
  },
}).createMachine({
  id: 'sizeFinder',
  context: ({ input }) => startingContext(input),
  initial: 'searching',
  on: {
    resized: { target: '.searching', reenter: true, actions: 'takeRange' },
    sampled: [
      {
        description:
          'No lease has ended for long, and callers wait: they may wait for each other. So few connections are not tried again for long.',
        guard: 'isStalled',
        target: '.searching',
        reenter: true,
        actions: 'retreat',
      },
      {
        description: 'It may have been the database: fewer connections are tried again.',
        guard: 'isForgiven',
        target: '.searching',
        reenter: true,
        actions: 'forgive',
      },
      { actions: 'noteLife' },
    ],
  },
  states: {
    searching: {
      description:
        'Measures the throughput of one size after another, until it knows the smallest that is nearly as good as the best.',
      initial: 'waiting',
      states: {
        waiting: {
          description:
            'Measures nothing until callers wait, the pool has this many connections, and each has served about once.',
          on: {
            sampled: [
              { guard: 'isVoid', actions: 'begin' },
              { guard: 'hasTurned', target: 'measuring', actions: 'begin' },
            ],
          },
        },
        measuring: {
          on: {
            sampled: [
              { guard: 'isVoid', target: 'waiting', actions: 'begin' },
              { guard: 'isFound', target: '#sizeFinder.holding', actions: ['noteMeasured', 'hold'] },
              { guard: 'isMeasured', target: 'waiting', actions: 'noteMeasured' },
            ],
          },
        },
      },
    },
    holding: {
      description: 'Has found the best size, and watches whether its throughput stays as it was.',
      initial: 'waiting',
      states: {
        waiting: {
          on: {
            sampled: [
              { guard: 'isVoid', actions: 'begin' },
              { guard: 'hasTurned', target: 'measuring', actions: 'begin' },
            ],
          },
        },
        measuring: {
          on: {
            sampled: [
              { guard: 'isVoid', target: 'waiting', actions: 'begin' },
              {
                description: 'The database, or what it is asked, is another: another size may be the best.',
                guard: 'hasChanged',
                target: '#sizeFinder.searching',
                actions: 'searchAnew',
              },
              { guard: 'mayTry', target: '#sizeFinder.trying', actions: ['noteWindow', 'tryOneMore'] },
              { guard: 'isOver', actions: 'noteWindow' },
            ],
          },
        },
      },
    },
    trying: {
      description: 'Has one connection more for a moment: whether that is of use cannot be seen otherwise.',
      initial: 'waiting',
      states: {
        waiting: {
          on: {
            sampled: [
              { guard: 'isVoid', actions: 'begin' },
              { guard: 'hasTurned', target: 'measuring', actions: 'begin' },
            ],
          },
        },
        measuring: {
          on: {
            sampled: [
              { guard: 'isVoid', target: 'waiting', actions: 'begin' },
              { guard: 'hasFallen', target: '#sizeFinder.searching', actions: 'searchAnew' },
              { guard: 'rises', target: '#sizeFinder.searching', actions: 'searchAbove' },
              { guard: 'isWorth', target: '#sizeFinder.holding', actions: 'climb' },
              { guard: 'isOver', target: '#sizeFinder.holding', actions: 'noteTrial' },
            ],
          },
        },
      },
    },
  },
})
