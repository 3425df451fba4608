// Says how a plan is replayed at first, and how after two thousand times: from data, or from code.
import { createActor, setup } from 'xstate'
import { compiled } from '../../../src/machines/compiled/index.js'

let depth = ''
const machine = setup({
  actions: {
    note: () => {
      depth = new Error().stack?.includes('eval at generate') ? 'code' : 'data'
    },
  },
}).createMachine({ on: { go: { actions: 'note' } } })
const actor = createActor(compiled(machine)).start()
const after = (count: number): string => {
  for (let i = 0; i < count; i++) actor.send({ type: 'go' })
  return depth
}
console.log(JSON.stringify([after(1), after(2_000)]))
