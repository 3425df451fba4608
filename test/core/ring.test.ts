// The list that callers wait in, beside an array: whatever happens at its ends, and through its growing and shrinking.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Ring } from '../../src/core/ring.js'

it('has what an array would have, after each burst and each drain', () => {
  const move = fc.record({ kind: fc.constantFrom('push', 'unshift', 'shift', 'pop'), times: fc.nat(90) })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), moves => {
      const ring = new Ring<number>()
      const array: number[] = []
      let made = 0
      for (const { kind, times } of moves) {
        for (let time = 0; time < times; time++) {
          if (kind === 'push') ring.push(array[array.push(++made) - 1] as number)
          else if (kind === 'unshift') {
            array.unshift(++made)
            ring.unshift(made)
          } else expect(ring[kind as 'shift' | 'pop']()).toBe(array[kind as 'shift' | 'pop']())
        }
        expect(ring.toArray()).toEqual(array)
        expect([ring.length, ring.first, ring.last]).toEqual([array.length, array[0], array.at(-1)])
      }
    }),
    { numRuns: 60 },
  )
})
