// A machine with everything that a chart can show, in names that a drawing could trip over.

import { and, not, setup } from 'xstate'

export const sampleMachine = setup({
  types: { events: {} as { type: 'go' | 'stop' | 'late' | 'odd:<b>;"#1" & |' } },
  guards: { isReady: () => true, isFree: () => true },
  actions: { note: (_, _params: { why: string }) => {}, enter: () => {}, leave: () => {} },
  delays: { patience: 100 },
}).createMachine({
  id: 'sample',
  initial: 'end',
  on: {
    'odd:<b>;"#1" & |': { actions: { type: 'note', params: { why: 'x: <i>' } } },
    stop: { target: '.state.outer' },
  },
  states: {
    end: {
      entry: 'enter',
      exit: 'leave',
      on: {
        go: [
          { guard: 'isReady', target: 'state' },
          { guard: and([not('isReady'), 'isFree']), target: 'state.outer' },
          { target: 'over' },
        ],
        late: {},
      },
      after: { patience: { target: 'over' } },
    },
    state: {
      initial: 'inner',
      always: { guard: 'isFree', target: 'over' },
      states: {
        inner: { on: { go: 'outer', late: { target: 'inner', reenter: true } } },
        outer: {},
      },
    },
    over: { type: 'final' },
  },
})
