// What holders hang on a connection is found by looking at it, but only if anything came or went.

import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { KeptListeners } from '../../src/db/listeners.js'

/** Counts how often it is asked for its listeners. */
class Asked extends EventEmitter {
  asked = 0

  override eventNames(): (string | symbol)[] {
    this.asked++
    return super.eventNames()
  }
}

const ofPool = (): void => {}
const ofHolder = (): void => {}

describe('listeners that are put back at a release', () => {
  test('the emitter is not asked again unless a listener came or went', () => {
    const emitter = new Asked()
    emitter.on('data', ofPool)
    const kept = new KeptListeners(emitter)
    const { asked } = emitter

    kept.restore()
    expect(emitter.asked).toBe(asked)

    emitter.on('data', ofHolder)
    kept.restore()
    expect(emitter.asked).toBeGreaterThan(asked)
    expect(emitter.listeners('data')).toEqual([ofPool])
  })

  test('who is to be told hears of each that comes or goes, so that it need not look at each emitter', () => {
    const emitter = new EventEmitter()
    emitter.on('data', ofPool)
    let noted = 0
    const kept = new KeptListeners(emitter, { note: () => noted++ })
    expect(noted).toBe(0)

    emitter.on('data', ofHolder)
    expect(noted).toBe(1)
    emitter.off('data', ofPool)
    expect(noted).toBe(2)
    kept.restore()
    expect(emitter.listeners('data')).toEqual([ofPool])
  })

  test('the order of the listeners is what it was', () => {
    const emitter = new EventEmitter()
    const second = (): void => {}
    emitter.on('data', ofPool)
    emitter.on('data', second)
    emitter.on('end', second)
    const kept = new KeptListeners(emitter)

    emitter.off('data', ofPool)
    emitter.removeAllListeners('end')
    emitter.once('error', ofHolder)
    kept.restore()
    expect(emitter.listeners('data')).toEqual([ofPool, second])
    expect(emitter.listeners('end')).toEqual([second])
    expect(emitter.listenerCount('error')).toBe(0)
  })
})
