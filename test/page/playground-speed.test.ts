// The playground's simulation, without a browser: what it tells its page, and how often.
import { expect, it } from 'vitest'
import { local } from '../../site/playground/local.js'
import type { Listener } from '../../src/inspector/page/source.js'

const nextDrawing = (): Promise<number> =>
  new Promise(resolve => setTimeout(() => resolve(performance.now()), 1))

it('tells of the switches only when one is switched, for the whole page is drawn anew then', async () => {
  const source = local({ seed: 1, arrivals: 5, query: [10, 20], pool: { min: 1, max: 2 } }, nextDrawing)
  source.speed = 1_000
  const told: string[] = []
  let frames = 0
  const until = (count: number): Promise<void> =>
    new Promise(resolve => {
      const goal = frames + count
      arrived = () => frames >= goal && resolve()
    })
  let arrived = (): void => {}
  const ignore = (): void => {}
  const listener: Listener = {
    introduce: ignore,
    connection: ignore,
    transitions: ignore,
    notices: ignore,
    missed: ignore,
    past: ignore,
    gone: ignore,
    system: ignore,
    frame: () => {
      frames++
      arrived()
    },
    faults: faults =>
      told.push(
        faults
          .filter(({ on }) => on)
          .map(({ id }) => id)
          .join(),
      ),
  }
  const stop = source.open(listener)
  await until(40)
  expect(told).toEqual([])
  await source.fault?.({ id: 'restart', on: true })
  expect(told).toEqual(['restart'])
  await until(40)
  expect(told).toEqual(['restart', '']) // a restart is over by itself
  stop()
  source.world.driver.database.start()
})
