// A small machine with a bit of everything that is replayed, and a record of what its actions were called with.

import { assign, raise, setup } from 'xstate'

/** Makes the machine anew; `calls` fills up as it runs. */
export function lamp() {
  const calls: string[] = []
  const machine = setup({
    types: {
      context: {} as { readonly presses: number; readonly broken: boolean },
      events: {} as { type: 'press' } | { type: 'hit'; force: number } | { type: 'look' } | { type: 'end' },
      input: {} as { readonly broken?: boolean },
    },
    guards: {
      isWhole: ({ context }) => !context.broken,
      isHard: ({ event }, { force }: { force: number }) => {
        if (event.type === 'hit' && event.force < 0) throw new Error('nobody hits like that')
        return event.type === 'hit' && event.force > force
      },
    },
    actions: {
      note: ({ context, event, self }, { what }: { what: string }) => {
        calls.push(`${what} on ${event.type} after ${context.presses} by ${self.id}`)
      },
      flicker: () => {
        calls.push('flicker')
      },
      explode: () => {
        throw new Error('bang')
      },
      count: assign({ presses: ({ context }) => context.presses + 1 }),
      repeat: raise({ type: 'look' }),
    },
  }).createMachine({
    id: 'lamp',
    context: ({ input }) => ({ presses: 0, broken: input?.broken ?? false }),
    initial: 'off',
    on: { end: '.gone', look: { actions: 'flicker' } },
    states: {
      off: {
        tags: 'dark',
        exit: { type: 'note', params: { what: 'leaves off' } },
        on: {
          press: {
            guard: 'isWhole',
            target: 'on',
            actions: ['count', { type: 'note', params: ({ event }) => ({ what: `${event.type}es` }) }],
          },
        },
      },
      on: {
        entry: { type: 'note', params: { what: 'enters on' } },
        meta: { watts: 5 },
        initial: 'dim',
        states: { dim: { on: { press: 'bright' } }, bright: { on: { press: { actions: 'repeat' } } } },
        on: {
          hit: [
            { guard: { type: 'isHard', params: { force: 9 } }, actions: ['flicker', 'explode'] },
            { guard: { type: 'isHard', params: { force: 3 } }, target: 'off' },
          ],
        },
      },
      gone: { type: 'final' },
    },
  })
  return { machine, calls }
}
