// What other actor systems tell is kept for pages that are opened later, and bounded.
import { expect, it } from 'vitest'
import type { SystemEvent } from '../../src/inspector/protocol.js'
import { Systems, statelyEvent } from '../../src/inspector/systems.js'

const actor = (sessionId: string) =>
  JSON.stringify({ type: '@xstate.actor', sessionId, name: sessionId, definition: '{}' })
const snapshot = (sessionId: string, value: string) =>
  JSON.stringify({ type: '@xstate.snapshot', sessionId, event: { type: 'go' }, snapshot: { value } })
const event = (sessionId: string) =>
  JSON.stringify({ type: '@xstate.event', sessionId, event: { type: 'go' } })

function systems() {
  const told: SystemEvent[] = []
  let now = 0
  const kept = new Systems(
    event => told.push(event),
    () => now,
  )
  return {
    kept,
    told,
    advance: (by: number) => {
      now += by
    },
  }
}

it('a page that is opened later gets each actor with its last snapshot, and no events', () => {
  const { kept, told } = systems()
  const take = kept.source()
  for (const text of [actor('x:1'), snapshot('x:1', 'a'), event('x:1'), snapshot('x:1', 'b'), actor('x:2')])
    take(text)
  expect(told.map(({ event }) => event.type.slice(8))).toEqual([
    'actor',
    'snapshot',
    'event',
    'snapshot',
    'actor',
  ])
  expect(
    kept
      .known()
      .map(({ event }) => [
        event.sessionId,
        event.type.slice(8),
        (event.snapshot as { value: string } | undefined)?.value,
      ]),
  ).toEqual([
    ['x:1', 'actor', undefined],
    ['x:1', 'snapshot', 'b'],
    ['x:2', 'actor', undefined],
  ])
})

it('two programs may have actors of the same session id', () => {
  const { kept } = systems()
  const [one, other] = [kept.source(), kept.source()]
  one(actor('x:1'))
  other(actor('x:1'))
  expect(kept.known().map(({ source }) => source)).toEqual([0, 1])
})

it('a program that never stops starting actors, or programs that never stop coming, fill no memory', () => {
  const { kept, advance } = systems()
  const take = kept.source()
  for (let index = 0; index < 5_000; index++) take(actor(`x:${index}`))
  expect(kept.known()).toHaveLength(200)
  expect(kept.known().at(-1)?.event.sessionId).toBe('x:4999')
  for (let index = 0; index < 100; index++) {
    advance(1_000)
    kept.source()(actor('y'))
  }
  expect(kept.known()).toHaveLength(16)
})

it('a program that floods is shown so much of, and again when it is quiet', () => {
  const { kept, told, advance } = systems()
  const take = kept.source()
  for (let index = 0; index < 20_000; index++) take(event('x:1'))
  expect(told).toHaveLength(5_000)
  advance(1_000)
  for (let index = 0; index < 20_000; index++) take(event('x:1'))
  expect(told).toHaveLength(6_000)
})

it.each([
  '',
  'no JSON',
  '[]',
  '7',
  '{}',
  '{"type":"@xstate.actor"}',
  '{"type":"hello","sessionId":"x"}',
  '{"type":"@xstate.actor","sessionId":7}',
])('what is no message is not shown: %s', text => expect(statelyEvent(text)).toBeUndefined())

it('a message is shown without what the page does not know', () => {
  const text = JSON.stringify({
    type: '@xstate.actor',
    sessionId: 'x',
    name: 7,
    definition: '{}',
    secret: 'x',
    __proto__: { a: 1 },
  })
  expect(statelyEvent(text)).toEqual({ type: '@xstate.actor', sessionId: 'x', definition: '{}' })
})
