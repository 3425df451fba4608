// A fault inside the inspector ends the inspector, and neither the pool nor the application.
import { expect, it } from 'vitest'
import type { Feed } from '../../src/inspector/feed.js'
import { Hub } from '../../src/inspector/hub.js'

it('a feed that fails ends the streams with a warning, and throws into no timer', async () => {
  const ticks: (() => void)[] = []
  let stopped = 0
  let fails = false
  const feed = {
    id: 0,
    hasEnded: false,
    introduction: {},
    start() {},
    stop: () => stopped++,
    close() {},
    past: () => undefined,
    since: () => undefined,
    frame() {
      if (fails) throw new Error('not to be shown')
      return new Uint8Array(1)
    },
  } as unknown as Feed
  const extras = { faults: () => ({ type: 'faults' as const, faults: [] }), systems: () => [] }
  const every = (_: number, tick: () => void) => {
    ticks.push(tick)
    return () => {}
  }
  const hub = new Hub([feed], extras, { now: () => 0, every })
  const reader = hub.view(false)?.getReader()
  fails = true
  const warned = new Promise<Error>(resolve => {
    process.on('warning', function listen(warning) {
      if (warning.name !== 'InspectorWarning') return
      process.off('warning', listen)
      resolve(warning)
    })
  })
  for (const tick of ticks) tick()
  expect((await warned).message).toContain('The inspector of statepool failed')
  expect(stopped).toBe(1)
  while (!(await reader?.read())?.done);
  expect(hub.view(false)).toBeUndefined()
})
