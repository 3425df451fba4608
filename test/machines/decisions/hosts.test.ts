// Which host a caller gets, and when a host counts as down.
import { describe, expect, it } from 'vitest'
import {
  chooseHost,
  fits,
  type HostView,
  isHopeless,
  mayAskAgain,
  meansDown,
} from '../../../src/machines/decisions/hosts.js'

const host = (state: HostView['state'], more: Partial<HostView> = {}): HostView => ({
  state,
  promotedAt: 0,
  idle: 1,
  room: 0,
  waiting: 0,
  busy: 0,
  ...more,
})
const busy = { idle: 0, room: 0 }

describe('a host is chosen', () => {
  it.each<[string, HostView[], Parameters<typeof chooseHost>[1], number | undefined]>([
    ['of the kind that is wanted', [host('standby'), host('primary')], 'primary', 1],
    ['never while it is down, or unknown', [host('down'), host('unknown')], 'any', undefined],
    [
      'with room before one that is busy',
      [host('standby', busy), host('standby', { idle: 0, room: 1 })],
      'standby',
      1,
    ],
    ['of the preferred kind first', [host('primary'), host('standby')], 'prefer-standby', 1],
    [
      'of the other kind when the preferred ones are busy',
      [host('primary'), host('standby', busy)],
      'prefer-standby',
      0,
    ],
    [
      'of the preferred kind to wait for, when all are busy',
      [host('primary', busy), host('standby', busy)],
      'prefer-standby',
      1,
    ],
    [
      'where the fewest wait',
      [host('standby', { ...busy, waiting: 2 }), host('standby', { ...busy, waiting: 1 })],
      'standby',
      1,
    ],
    [
      'where none waits, before one where a connection is idle for another caller',
      [host('standby', { waiting: 1 }), host('standby')],
      'standby',
      1,
    ],
    [
      'as the primary, which was promoted last',
      [host('primary', { promotedAt: 5 }), host('primary', { promotedAt: 9 })],
      'primary',
      1,
    ],
    [
      'as the primary, the first one if none was seen to be promoted',
      [host('primary'), host('primary')],
      'primary',
      0,
    ],
  ])('%s', (_which, hosts, target, chosen) => {
    for (const turn of [0, 1, 2])
      expect(chooseHost(hosts, target, 'round-robin', turn)).toBe(
        chosen === undefined ? undefined : hosts[chosen],
      )
  })

  it('in turn, or by the fewest leases', () => {
    const hosts = [host('standby', { busy: 2 }), host('standby', { busy: 1 }), host('standby', { busy: 1 })]
    const chosen = (balance: 'round-robin' | 'least-busy') =>
      [0, 1, 2, 3].map(turn => hosts.indexOf(chooseHost(hosts, 'standby', balance, turn) as HostView))
    expect(chosen('round-robin')).toEqual([0, 1, 2, 0])
    expect(chosen('least-busy')).toEqual([1, 2, 1, 2])
  })
})

it('a state serves a target', () => {
  const served = (['primary', 'standby', 'prefer-primary', 'prefer-standby', 'any'] as const).map(target =>
    (['primary', 'standby', 'down', 'unknown'] as const).filter(state => fits(state, target)),
  )
  const both = ['primary', 'standby']
  expect(served).toEqual([['primary'], ['standby'], both, both, both])
})

it('waiting is hopeless when all hosts are known, and none fits', () => {
  expect(isHopeless(['down', 'standby'], 'primary')).toBe(true)
  expect(isHopeless(['down', 'unknown'], 'primary')).toBe(false)
  expect(isHopeless(['down', 'primary'], 'primary')).toBe(false)
})

it('a host is asked at once no more than twice a second', () => {
  expect(mayAskAgain(Number.NEGATIVE_INFINITY, 0)).toBe(true)
  expect(mayAskAgain(1_000, 1_499)).toBe(false)
  expect(mayAskAgain(1_000, 1_500)).toBe(true)
})

it.each([
  [{ code: 'DATABASE_DOWN' }, true],
  [{ code: 'ECONNRESET' }, true],
  [{}, true],
  [{ code: 'ACQUIRE_TIMEOUT', obstacle: 'connects failing' }, true],
  [{ code: 'ACQUIRE_TIMEOUT', obstacle: 'connects slow' }, true],
  [{ code: 'ACQUIRE_TIMEOUT', obstacle: 'exhausted' }, false],
  [{ code: 'ACQUIRE_TIMEOUT', obstacle: 'paused' }, false],
  [{ code: 'ACQUIRE_TIMEOUT', obstacle: 'budget spent' }, false],
  [{ code: 'QUEUE_FULL' }, false],
  [{ code: 'POOL_CLOSED' }, false],
  [{ code: 'NO_HOST' }, false],
])('what a pool answers, %o, means that its host is down: %s', (error, isDown) => {
  expect(meansDown(error)).toBe(isDown)
})
