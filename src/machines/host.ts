// A host among several: what it is to its cluster, and when it is asked again.
import { assign, setup } from 'xstate'
import { mayAskAgain, shortestRecheck } from './decisions/hosts.js'
import { timerFor } from './decisions/timers.js'
import type { HostContext, HostEvent, HostInput } from './host-types.js'

const startingContext = (input: HostInput): HostContext => ({
  ...input,
  since: input.now(),
  askedAt: Number.NEGATIVE_INFINITY,
  lastRole: undefined,
  promotedAt: 0,
  lastError: undefined,
})

/**
 * The statechart of one host of a pool of hosts. Its two parts run beside each other: `role` is what is known of the host, and decides which
 * callers get its connections; `watch` is when the host is asked for its role. New sessions tell the role too, unasked.
 */
export const hostMachine = setup({
  types: {
    context: {} as HostContext,
    events: {} as HostEvent,
    input: {} as HostInput,
  },
  delays: {
    recheck: ({ context }) => timerFor(context.hostRecheck),
    hastenedRecheck: ({ context }) => Math.min(shortestRecheck, context.hostRecheck),
  },
  guards: {
    isPrimary: ({ event }) => event.type === 'role.told' && event.role === 'primary',
    isStandby: ({ event }) => event.type === 'role.told' && event.role === 'standby',
    isSought: ({ context }) => context.seekers.length > 0,
    isRested: ({ context }) => mayAskAgain(context.askedAt, context.now()),
  },
  actions: {
    /** Left to the running system. */
    ask: () => {},
    noteAsked: assign(({ context }) => ({ askedAt: context.now() })),
    noteRole: assign(({ context, event }) => {
      if (event.type !== 'role.told') return {}
      const isPromoted = context.lastRole === 'standby' && event.role === 'primary'
      return {
        since: context.now(),
        lastRole: event.role,
        promotedAt: isPromoted ? context.now() : context.promotedAt,
        lastError: undefined,
      }
    }),
    noteTrouble: assign(({ context, event }) => ({
      since: context.now(),
      lastError: 'error' in event ? event.error : undefined,
    })),
    noteError: assign(({ event }) => ({ lastError: 'error' in event ? event.error : undefined })),
  },
}).createMachine({
  id: 'host',
  context: ({ input }) => startingContext(input),
  type: 'parallel',
  states: {
    role: {
      initial: 'unknown',
      states: {
        unknown: {
          description: 'Its role is not known: callers wait, or get another host.',
          on: {
            'role.told': [
              { guard: 'isPrimary', target: 'primary', actions: 'noteRole' },
              { target: 'standby', actions: 'noteRole' },
            ],
            'host.failed': { target: 'down', actions: 'noteTrouble' },
          },
        },
        primary: {
          description: 'It takes writes.',
          on: {
            'role.told': { guard: 'isStandby', target: 'standby', actions: 'noteRole' },
            'host.demoted': {
              description:
                'The host refused a write. Callers that want a primary look for another one at once.',
              target: 'unknown',
              actions: 'noteTrouble',
            },
            'host.failed': { target: 'down', actions: 'noteTrouble' },
          },
        },
        standby: {
          description: 'It only reads, and follows a primary.',
          on: {
            'role.told': { guard: 'isPrimary', target: 'primary', actions: 'noteRole' },
            'host.failed': { target: 'down', actions: 'noteTrouble' },
          },
        },
        down: {
          description: 'No connection to it is left, and none can be opened. Its pool goes on trying.',
          on: {
            'role.told': [
              { guard: 'isPrimary', target: 'primary', actions: 'noteRole' },
              { target: 'standby', actions: 'noteRole' },
            ],
            'host.failed': { actions: 'noteError' },
          },
        },
      },
    },
    watch: {
      initial: 'asking',
      states: {
        asking: {
          description: 'A session is asked for the role of its server; one is opened if there is none.',
          entry: ['noteAsked', 'ask'],
          on: { 'ask.ended': [{ guard: 'isSought', target: 'hastened' }, { target: 'resting' }] },
        },
        resting: {
          description: 'The host is asked again after a while.',
          on: {
            'host.sought': [{ guard: 'isRested', target: 'asking' }, { target: 'hastened' }],
            'host.doubted': [{ guard: 'isRested', target: 'asking' }, { target: 'hastened' }],
            'host.demoted': { target: 'asking' },
          },
          after: { recheck: { target: 'asking' } },
        },
        hastened: {
          description:
            'A caller waits because no host fits, or something happened to the host: the pool asks again soon, but never in a loop.',
          on: { 'host.demoted': { target: 'asking' } },
          after: { hastenedRecheck: { target: 'asking' } },
        },
      },
    },
  },
})
