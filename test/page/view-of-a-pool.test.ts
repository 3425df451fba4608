import { describe, expect, it } from 'vitest'
import { frameAt, newView, transition } from './support/transitions.js'

describe('the view of a pool', () => {
  it('measures waits from acquire to lease, uses from lease to release, and connects', () => {
    const view = newView()
    view.tell(transition(0, 'connection-1', 'xstate.init', undefined, 'connecting', 1))
    view.tell(transition(10, 'pool', 'acquire', 'starting', 'starting', 71))
    view.tell(transition(100, 'connection-1', 'driver.connected', 'connecting', 'busy.leased', 71))
    view.tell(transition(140, 'connection-1', 'release', 'busy.leased', 'idle'))
    expect(view.connects.percentiles(200)).toMatchObject({ count: 1, max: 100 })
    expect(view.waits.percentiles(200)).toMatchObject({ count: 1, max: 90 })
    expect(view.usesOf.percentiles(200)).toMatchObject({ count: 1, max: 40 })
  })

  it('tells two leases apart when one follows the other without a pause', () => {
    const view = newView()
    view.tell(transition(0, 'connection-1', 'checkout', 'idle', 'busy.leased', 1))
    view.tell(transition(30, 'connection-1', 'release', 'busy.leased', 'busy.leased', 2))
    view.tell(transition(70, 'connection-1', 'release', 'busy.leased', 'idle'))
    const leases = [...(view.lanes.get('connection-1')?.leases ?? [])]
    expect(leases.map(({ since, until }) => [since, until])).toEqual([
      [0, 30],
      [30, 70],
    ])
  })

  it('does not take a retiring lease for a new one', () => {
    const view = newView()
    view.tell(transition(0, 'connection-1', 'checkout', 'idle', 'busy.leased', 1))
    view.tell(transition(30, 'connection-1', 'retire', 'busy.leased', 'busy.retiring'))
    view.tell(transition(70, 'connection-1', 'release', 'busy.retiring', 'closing.graceful'))
    expect([...(view.lanes.get('connection-1')?.leases ?? [])]).toMatchObject([{ since: 0, until: 70 }])
  })

  it('names the holder at a time with what the frames say', () => {
    const view = newView()
    view.tell(transition(0, 'connection-1', 'checkout', 'idle', 'busy.leased', 1))
    view.show(
      frameAt(
        2000,
        {},
        {
          leases: [{ lease: 9, connection: 'connection-1', since: 0, leaked: false, from: 'at a.ts:1' }],
          connections: [{ id: 'connection-1', serial: 1, state: 'busy.leased', uses: 1 }],
        },
      ),
    )
    const lane = view.lanes.get('connection-1')
    expect(lane && view.leaseAt(lane, 1000)).toMatchObject({ lease: 9, acquiredFrom: 'at a.ts:1' })
  })

  it('is put right by a frame when transitions are missing', () => {
    const view = newView()
    view.tell(transition(0, 'connection-1', 'checkout', 'idle', 'busy.leased', 1))
    view.show(frameAt(500, {}, { connections: [{ id: 'connection-2', serial: 2, state: 'idle', uses: 0 }] }))
    expect([...view.counts()]).toEqual([['idle', 1]])
  })

  it('counts connections in each state, and in the states around it', () => {
    const view = newView()
    view.tell(transition(0, 'connection-1', 'checkout', 'idle', 'busy.leased', 1))
    view.tell(transition(0, 'connection-2', 'release', 'busy.leased', 'validating.return.staying'))
    view.tell(transition(0, 'connection-3', 'driver.closed', 'closing.graceful', 'closed'))
    expect(Object.fromEntries(view.counts())).toEqual({
      busy: 1,
      'busy.leased': 1,
      validating: 1,
      'validating.return': 1,
      'validating.return.staying': 1,
    })
  })

  it('makes rates out of the totals of two frames', () => {
    const view = newView()
    view.show(frameAt(1000, { acquired: 10, timedOut: 0 }))
    view.show(frameAt(1500, { acquired: 30, timedOut: 1 }))
    view.show(frameAt(2000, { acquired: 50, timedOut: 1 }))
    view.show(frameAt(2500, { acquired: 50, timedOut: 1 }))
    expect(view.series.columns.granted).toEqual([40, 20])
    expect(view.series.columns.timedOut).toEqual([2, 0])
  })

  it('makes the same of the same, in whatever pieces it comes', () => {
    const told = [
      transition(0, 'connection-1', 'xstate.init', undefined, 'connecting', 1),
      transition(80, 'connection-1', 'driver.connected', 'connecting', 'idle'),
      transition(90, 'connection-1', 'checkout', 'idle', 'busy.leased', 1),
      transition(400, 'connection-1', 'release', 'busy.leased', 'idle'),
    ]
    const [whole, looked] = [newView(), newView()]
    for (const each of told) {
      whole.tell(each)
      looked.tell(each)
      for (const lane of looked.lanes.values()) lane.account(each.at + 5) // what drawing does
    }
    for (const view of [whole, looked]) for (const lane of view.lanes.values()) lane.account(1000)
    const [one, other] = [whole, looked].map(view => [...(view.lanes.get('connection-1')?.cells ?? [])])
    const difference = one?.map((share, place) => Math.abs(share - (other?.[place] ?? 0))) ?? []
    expect(Math.max(...difference)).toBeLessThanOrEqual(26) // of 255: 5 ms of a cell belong to what was before
  })
})
