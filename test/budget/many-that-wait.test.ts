// Hundreds of pools of a group that all wait: what the group looks at to serve them grows with their number, and not with its square.

import { expect, it, vi } from 'vitest'
import { GroupMember } from '../../src/actors/budget/group-member.js'
import { createRandom } from '../../src/testing/random.js'
import { groupOf } from './grouped-pools.js'

/** How many pools wait, how many connections there are, and how long a caller keeps one. */
const waitFor = async (count: number, max: number, lease: number) => {
  const { add, clock, closeAll } = groupOf(max)
  const random = createRandom(1, 'looks')
  const read = vi.spyOn(GroupMember.prototype, 'idle', 'get')
  try {
    let served = 0
    const callers = Array.from({ length: count }, (_, index) =>
      add(`tenant ${index}`, { random }).pool.use(
        () => new Promise<void>(done => void clock.setTimeout(done, lease)),
      ),
    )
    for (const caller of callers) caller.then(() => served++).catch(() => {})
    const began = clock.now()
    while (served < count && clock.now() < began + 30_000) await clock.advance(50)
    return { served, took: clock.now() - began, looks: read.mock.calls.length / count }
  } finally {
    read.mockRestore()
    await closeAll()
  }
}

it('each is looked at as often, however many wait', async () => {
  for (const count of [50, 200]) {
    const { served, took, looks } = await waitFor(count, 10, 300)
    expect(served).toBe(count)
    expect(looks / (took / 1_000)).toBeLessThan(500)
  }
})

it('idle connections go on to the next ones as soon as among few', async () => {
  const { served, took } = await waitFor(200, 10, 5)
  expect(served).toBe(200)
  expect(took).toBeLessThan(3_000)
})
