// A viewer holds a bounded number of bytes, and is let go when it reads nothing for long.
import { describe, expect, it } from 'vitest'
import { Rate } from '../../src/inspector/rate.js'
import { Viewer, viewerBuffer, viewerPatience } from '../../src/inspector/viewer.js'

const quarter = new Uint8Array(viewerBuffer / 4)

function viewer() {
  const left: Viewer[] = []
  return { viewer: new Viewer(false, gone => left.push(gone)), left }
}

describe('a viewer', () => {
  it('that reads nothing gets as much as its buffer holds, and no more', () => {
    const { viewer: slow } = viewer()
    const sent = Array.from({ length: 10 }, () => slow.send(quarter, 0))
    expect(sent).toEqual([true, true, true, true, ...Array(6).fill(false)])
  })

  it('gets more when it has read', async () => {
    const { viewer: slow } = viewer()
    while (slow.send(quarter, 0));
    const reader = slow.stream.getReader()
    await reader.read()
    expect(slow.send(quarter, 0)).toBe(true)
    expect(slow.send(quarter, 0)).toBe(false)
  })

  it('that has read everything gets a message that is longer than the buffer', () => {
    const { viewer: quick } = viewer()
    expect(quick.send(new Uint8Array(3 * viewerBuffer), 0)).toBe(true)
    expect(quick.send(new Uint8Array(1), 0)).toBe(false)
  })

  it('that reads nothing for a minute is let go', () => {
    const { viewer: asleep, left } = viewer()
    while (asleep.send(quarter, 0));
    asleep.send(quarter, 1_000) // the first that finds no room was at 0
    asleep.send(quarter, viewerPatience - 1)
    expect(left).toEqual([])
    asleep.send(quarter, viewerPatience)
    expect(left).toEqual([asleep])
    expect(asleep.send(quarter, viewerPatience)).toBe(false)
  })

  it('is not let go while it reads now and then', async () => {
    const { viewer: slow, left } = viewer()
    const reader = slow.stream.getReader()
    for (let now = 0; now < 4 * viewerPatience; now += viewerPatience / 2) {
      while (slow.send(quarter, now));
      await reader.read()
    }
    expect(left).toEqual([])
  })

  it('that goes leaves once', async () => {
    const { viewer: gone, left } = viewer()
    await gone.stream.cancel()
    gone.end()
    expect(left).toEqual([gone])
    expect(gone.send(quarter, 0)).toBe(false)
  })
})

describe('a rate', () => {
  it('allows a burst, and then so many in each second', () => {
    let now = 0
    const rate = new Rate(3, 2, () => now)
    const taken = () => Array.from({ length: 5 }, () => rate.take()).filter(Boolean).length
    expect(taken()).toBe(3)
    now += 1_000
    expect(taken()).toBe(2)
    now += 60_000
    expect(taken()).toBe(3)
  })
})
