// The benchmark's verdicts: whom statepool is measured against, and when a target counts as reached.

import { expect, test } from 'vitest'
import { type Verdict, judge as verdictsOf } from '../../bench/targets.js'

const rivals = ['quick', 'slow']

function judge(metric: string, values: Record<string, number[]>, of = 'statepool'): Verdict | undefined {
  return verdictsOf(metric, new Map(Object.entries(values)), rivals).find(verdict => verdict.of === of)
}

test('the fastest rival is the one with the lowest median, and not the limit or the interpreted machines', () => {
  const verdict = judge('serial', {
    limit: [1, 1, 1],
    'statepool (interpreted)': [2, 2, 2],
    statepool: [10, 10, 10],
    quick: [25, 30, 20],
    slow: [10, 90, 90],
  })
  expect(verdict).toMatchObject({
    against: 'quick',
    got: { median: 2.5, min: 2, max: 3 },
    standing: 'reached',
  })
})

test('a factor that is reached in so few rounds as no chance explains is not reached; in more, that is unclear', () => {
  const standingOf = (reaching: number, rounds: number) => {
    const quick = Array.from({ length: rounds }, (_, round) => (round < reaching ? 30 : 19))
    return judge('serial', { statepool: quick.map(() => 10), quick })
  }
  expect(standingOf(0, 3)).toMatchObject({ standing: 'not reached' })
  expect(standingOf(1, 3)).toMatchObject({ standing: 'unclear' })
  expect(standingOf(1, 5)).toMatchObject({ standing: 'unclear' })
  expect(standingOf(1, 9)).toMatchObject({ standing: 'not reached' })
  expect(standingOf(2, 9)).toMatchObject({ standing: 'unclear' })
  expect(standingOf(5, 19)).toMatchObject({ standing: 'not reached' })
})

test('twice the throughput is half the cost', () => {
  expect(judge('serial', { statepool: [50], quick: [100] })).toMatchObject({ standing: 'reached' })
  expect(judge('serial', { statepool: [51], quick: [100] })).toMatchObject({ standing: 'not reached' })
})

test('queries per second are to be higher than pg.Pool, CPU time not much higher than that of bare clients', () => {
  expect(judge('pg-10-rate', { statepool: [105], 'pg-pool': [100] })).toMatchObject({ standing: 'reached' })
  expect(judge('pg-10-rate', { statepool: [104], 'pg-pool': [100] })).toMatchObject({
    standing: 'not reached',
  })
  expect(judge('pg-10-cpu', { statepool: [103], limit: [100] })).toMatchObject({ standing: 'reached' })
  expect(judge('pg-10-cpu', { statepool: [104], limit: [100] })).toMatchObject({ standing: 'not reached' })
})

test('the drop-in is to be as quick as pg.Pool, in time and in queries per second, whatever the pool itself is', () => {
  const judgeDropIn = (metric: string, mine: number, theirs: number) =>
    judge(metric, { statepool: [1], 'statepool/pg': [mine], 'pg-pool': [theirs] }, 'statepool/pg')
  for (const metric of ['serial', 'contended', 'burst', 'spike-time']) {
    expect(judgeDropIn(metric, 100, 100)).toMatchObject({ standing: 'reached', against: 'pg-pool' })
    expect(judgeDropIn(metric, 101, 100)).toMatchObject({ standing: 'not reached' })
  }
  for (const metric of ['pg-1-rate', 'pg-10-rate', 'pg-100-rate']) {
    expect(judgeDropIn(metric, 100, 100)).toMatchObject({ standing: 'reached' })
    expect(judgeDropIn(metric, 99, 100)).toMatchObject({ standing: 'not reached' })
  }
  expect(judge('serial', { statepool: [1], 'pg-pool': [1] }, 'statepool/pg')).toBeUndefined()
})

test('what has a greatest value is measured against that alone', () => {
  expect(judge('memory', { statepool: [1_500] })).toMatchObject({ standing: 'reached' })
  expect(judge('memory', { statepool: [1_501], quick: [90_000] })).toMatchObject({ standing: 'not reached' })
})

test('there is no verdict without statepool, or without anybody to measure it against', () => {
  expect(judge('serial', { quick: [1] })).toBeUndefined()
  expect(judge('serial', { statepool: [1], limit: [1] })).toBeUndefined()
})

test('what the recorder adds is counted for each of three transitions, round by round', () => {
  const recorded = 'statepool (recorded)'
  expect(
    judge('serial', { statepool: [100, 200, 150], [recorded]: [160, 230, 270] }, recorded),
  ).toMatchObject({
    got: { median: 20, min: 10, max: 40 },
    standing: 'reached',
  })
  expect(judge('serial', { statepool: [100], [recorded]: [191] }, recorded)).toMatchObject({
    standing: 'not reached',
  })
  expect(judge('serial', { statepool: [100] }, recorded)).toBeUndefined()
})
