// Plots go on where the inspector's own figures end.
import { expect, it } from 'vitest'
import { figures } from '../../src/inspector/protocol.js'
import { frameAt, newView } from './support/transitions.js'

const columns = Object.fromEntries(
  figures.map((figure, place) => [figure, [place, place + 1, place + 2]]),
) as never

it('plots begin with the seconds before the page, and have no gap when its first frame comes', () => {
  const view = newView()
  view.recall({ times: [1_000, 2_000, 3_000], columns })
  view.show(frameAt(3_900, { acquired: 100, idle: 4 }))
  view.show(frameAt(4_150, { acquired: 110, idle: 4 }))
  view.show(frameAt(5_150, { acquired: 130, idle: 2 }))
  const { times, columns: shown } = view.series
  expect(times).toEqual([2_000, 3_000, 4_000, 5_000, 6_000])
  expect(shown.granted).toEqual([4, 5, 6, 40, 20])
  expect(shown.idle).toEqual([0, 1, 2, 4, 2])
})

it('without them, plots begin with the first frame', () => {
  const view = newView()
  view.show(frameAt(3_900, { idle: 4 }))
  expect(view.series.columns.idle).toEqual([4])
  expect(view.series.columns.granted).toEqual([null])
})
