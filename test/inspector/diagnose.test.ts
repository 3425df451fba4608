// What is wrong, in words, from a frame and notices alone.
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/inspector/diagnose.js'
import { factsIn } from '../../src/inspector/frame-facts.js'
import type { Frame, FrameLease, FrameStats, Notice } from '../../src/recorder/format.js'

const calm: FrameStats = {
  state: 'running',
  min: 2,
  max: 2,
  total: 2,
  connecting: 0,
  idle: 2,
  busy: 0,
  validating: 0,
  closing: 0,
  waiting: 0,
  generation: 1,
  opened: 2,
  failedConnects: 0,
  closed: 0,
  lost: 0,
  acquired: 0,
  released: 0,
  leaked: 0,
  timedOut: 0,
  aborted: 0,
  refused: 0,
}

const at = 100_000
type Changes = Partial<Omit<Frame, 'stats'>> & { readonly stats?: Partial<FrameStats> }
const frame = ({ stats, ...changes }: Changes = {}): Frame => ({
  at,
  stats: { ...calm, ...stats },
  leases: [],
  waiting: [],
  connections: [],
  ...changes,
})

const lease = (id: number, heldFor: number, more: Partial<FrameLease> = {}): FrameLease => ({
  lease: id,
  connection: `connection-${id}`,
  since: at - heldFor,
  leaked: false,
  ...more,
})
const caller = (request: number, waited: number) => ({
  request,
  since: at - waited,
  timeout: 30_000,
  position: request,
  priority: 0,
})
const notice = (type: string, ago: number, more: object = {}): Notice => ({ at: at - ago, type, ...more })

/** Level, and the kind and level of each finding. */
const summary = (changes: Changes, notices: Notice[] = []) => {
  const { level, findings } = diagnose(frame(changes), notices)
  return [level, ...findings.map(({ kind, level }) => `${kind}: ${level}`)]
}

describe('a pool', () => {
  it('of which nothing is known to be wrong is all right', () => {
    expect(diagnose(frame(), [])).toEqual({ level: 'ok', findings: [] })
  })

  it('that is paused, closing or closed is not', () => {
    const paused = diagnose(frame({ stats: { state: 'paused', waiting: 3 } }), [notice('pool.paused', 5_000)])
    expect(paused).toMatchObject({ level: 'degraded', findings: [{ kind: 'paused', since: at - 5_000 }] })
    expect(paused.findings[0]?.text).toContain('3 callers wait for pool.resume()')
    expect(summary({ stats: { state: 'draining' }, leases: [lease(4, 10)] })).toEqual([
      'down',
      'draining: down',
    ])
    expect(summary({ stats: { state: 'closed' } }, [notice('connection.lost', 10)])).toEqual([
      'down',
      'closed: down',
    ])
  })

  it('that is overloaded is told so once, with what to do', () => {
    const waiting = [caller(7, 40)]
    const overloaded = diagnose(frame({ stats: { state: 'shedding', waiting: 1, max: 2 }, waiting }), [
      notice('pool.overloaded', 3_000),
    ])
    expect(overloaded).toMatchObject({
      level: 'degraded',
      findings: [{ kind: 'overloaded', title: 'The pool is overloaded', since: at - 3_000 }],
    })
    expect(overloaded.findings[0]?.text).toMatch(
      /^The pool is overloaded: for 3,000 ms callers .* its 2 connections \(max\) serve them.*; 1 caller waits\. Shed load upstream/,
    )
  })

  it('has the worst first', () => {
    const leaked = lease(1, 60_000, { leaked: true })
    const notices = [notice('connection.lost', 100, { connection: 'connection-9' })]
    const stuck = {
      stats: { max: 3, waiting: 1 },
      leases: [leaked, lease(2, 19_000)],
      waiting: [caller(1, 12_000)],
    }
    expect(summary(stuck, notices)).toEqual([
      'down',
      'stalled: down',
      'leaked: degraded',
      'connections lost: note',
    ])
  })

  it('is judged by what it knows itself, where it can be asked', () => {
    const facts = { ...factsIn(frame(), []), state: 'paused' as const, stateSince: 7 }
    expect(diagnose(frame(), [], facts).findings).toMatchObject([{ kind: 'paused', since: 7 }])
  })
})

describe('a pool whose connections are all leased', () => {
  const busy = { stats: { busy: 2, idle: 0, waiting: 5 } }

  it('is at work while its callers wait for moments', () => {
    expect(summary({ ...busy, leases: [lease(1, 30), lease(2, 20)], waiting: [caller(1, 50)] })).toEqual([
      'ok',
      'exhausted: note',
    ])
  })

  it('is too busy when they wait for long', () => {
    const held = [lease(1, 9_000, { from: 'at node:internal\nat checkout (app.ts:10:5)' }), lease(2, 20)]
    const { level, findings } = diagnose(frame({ ...busy, leases: held, waiting: [caller(1, 2_000)] }), [])
    expect(level).toBe('degraded')
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({
      kind: 'exhausted',
      title: 'All 2 connections are leased',
      since: at - 2_000,
      connection: 'connection-1',
      stack: held[0]?.from,
    })
    expect(findings[0]?.text).toContain('5 callers wait, the longest for 2,000 ms.')
    expect(findings[0]?.text).toContain('lease 1 on connection-1 for 9,000 ms')
    expect(findings[0]?.text).toContain('acquired at checkout (app.ts:10:5)')
  })

  it('serves no caller when none has got a lease for long, and says that once', () => {
    const held = [lease(1, 19_000), lease(2, 16_000)]
    const { level, findings } = diagnose(frame({ ...busy, leases: held, waiting: [caller(1, 10_500)] }), [])
    expect(level).toBe('down')
    expect(findings.map(({ kind }) => kind)).toEqual(['stalled'])
    expect(findings[0]?.text).toContain('No caller has got a connection for 10,500 ms')
  })

  it('is all right if no caller waits', () => {
    expect(summary({ stats: { busy: 2, idle: 0 }, leases: [lease(1, 9_000), lease(2, 9_000)] })).toEqual([
      'ok',
    ])
  })
})

describe('a pool that its budget holds back', () => {
  const stats = { max: 4, idle: 0, busy: 1, total: 1, waiting: 2, heldBack: true }
  const heldBack = notice('pool.heldBack', 3_000, {
    budget: 'the group "shop"',
    max: 3,
    holders: [
      { pool: 'tenant a', connections: 2 },
      { pool: 'tenant b', connections: 1 },
    ],
  })

  it('says so at once, and who holds the connections', () => {
    const waiting = [caller(1, 1_500), caller(2, 20)]
    expect(summary({ stats, waiting, leases: [lease(1, 50)] }, [heldBack])).toEqual([
      'degraded',
      'budget spent: degraded',
    ])
    const { findings } = diagnose(frame({ stats, waiting, leases: [lease(1, 50)] }), [heldBack])
    expect(findings[0]?.text).toContain(
      '2 callers wait, the longest for 1,500 ms. The pool wants one more connection, and the group "shop" has no connection left (max is 3): tenant a holds 2, tenant b holds 1.',
    )
  })

  it('is at work while its callers wait for moments', () => {
    const waiting = [caller(1, 200), caller(2, 20)]
    expect(summary({ stats, waiting }, [heldBack])).toEqual(['ok', 'budget spent: note'])
  })

  it('says it once when they wait for very long', () => {
    const waiting = [caller(1, 15_000), caller(2, 20)]
    expect(summary({ stats, waiting }, [heldBack])).toEqual(['degraded', 'budget spent: degraded'])
  })

  it('is all right if no caller waits', () => {
    expect(summary({ stats: { ...stats, waiting: 0 } }, [heldBack])).toEqual(['ok'])
  })
})

describe('connects that fail', () => {
  const error = {
    name: 'ConnectError',
    code: 'CONNECT_FAILED',
    message: 'Could not connect to db:5432: refused.',
  }
  const failures = [
    notice('connection.failed', 3_000, { error }),
    notice('pool.down', 2_900, { error, failures: 4 }),
  ]

  it('and leave no connection mean that the database is down', () => {
    const { level, findings } = diagnose(
      frame({ stats: { state: 'backingOff', idle: 0, total: 0 } }),
      failures,
    )
    expect(level).toBe('down')
    expect(findings[0]).toMatchObject({ kind: 'database down', since: at - 3_000 })
    expect(findings[0]?.text).toContain(
      '4 connects in a row have failed: Could not connect to db:5432: refused.',
    )
  })

  it('and leave some mean that the pool cannot grow', () => {
    expect(summary({ stats: { state: 'backingOff', idle: 1 } }, failures)).toEqual([
      'degraded',
      'connects failing: degraded',
    ])
  })

  it('are told of although the recording has no word of it', () => {
    const { findings } = diagnose(frame({ stats: { state: 'backingOff', idle: 0 } }), [])
    expect(findings[0]).toMatchObject({ kind: 'database down', since: at })
  })

  it('are over when one succeeds', () => {
    expect(summary({}, [...failures, notice('connection.ready', 100)])).toEqual(['ok'])
  })

  it('or take long while callers wait', () => {
    expect(summary({ stats: { connecting: 1, waiting: 1 }, waiting: [caller(1, 1_500)] })).toEqual([
      'degraded',
      'connects slow: degraded',
    ])
    expect(summary({ stats: { connecting: 1, waiting: 1 }, waiting: [caller(1, 900)] })).toEqual(['ok'])
  })
})

describe('a leak', () => {
  it('is told with its lease, its connection and its stack', () => {
    const from = 'at report (report.ts:3:1)'
    const leaked = lease(7, 61_000, { leaked: true, from })
    const reported = notice('lease.leaked', 1_000, { lease: 7, connection: 'connection-7', heldFor: 60_000 })
    const { level, findings } = diagnose(frame({ leases: [leaked, lease(8, 59_000)] }), [reported])
    expect(level).toBe('degraded')
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({
      kind: 'leaked',
      title: 'A lease looks leaked',
      since: at - 1_000,
      connection: 'connection-7',
      stack: from,
    })
    expect(findings[0]?.text).toContain('longer than leakWarning (60,000 ms), the longest for 61,000 ms')
    expect(findings[0]?.text).toContain('acquired at report (report.ts:3:1)')
  })
})

describe('callers', () => {
  it('that wait for one another are a deadlock until one gives up', () => {
    const deadlocked = notice('acquire.deadlocked', 500, {
      request: 9,
      error: { name: 'SelfDeadlockError', message: 'This acquire would wait forever.' },
    })
    const waiting = { stats: { waiting: 1, busy: 2, idle: 0 }, waiting: [caller(9, 500)] }
    const { level, findings } = diagnose(frame(waiting), [deadlocked])
    expect(level).toBe('down')
    expect(findings[0]).toMatchObject({ kind: 'deadlock', text: 'This acquire would wait forever.' })
    expect(summary({}, [deadlocked])).toEqual(['ok'])
  })

  it('that would wait for themselves were refused', () => {
    const refused = notice('acquire.refused', 500, {
      error: { name: 'SelfDeadlockError', code: 'SELF_DEADLOCK' },
    })
    expect(summary({}, [refused])).toEqual(['degraded', 'deadlock: degraded'])
  })

  it('that timed out or were refused are counted, for half a minute', () => {
    const error = {
      name: 'AcquireTimeoutError',
      code: 'ACQUIRE_TIMEOUT',
      message: 'No connection became free.',
    }
    const timedOut = (ago: number, count: number) => notice('acquire.timedOut', ago, { error, count })
    const full = notice('acquire.refused', 100, {
      error: { name: 'QueueFullError', code: 'QUEUE_FULL', message: 'Full.' },
    })
    const { level, findings } = diagnose(frame(), [
      timedOut(31_000, 100),
      timedOut(20_000, 4),
      timedOut(10, 1),
      full,
    ])
    expect(level).toBe('degraded')
    expect(findings.map(({ kind, title, text }) => [kind, title, text])).toEqual([
      ['timeouts', '5 callers timed out', 'No connection became free.'],
      ['refused', '1 caller was refused', 'Full.'],
    ])
    expect(summary({}, [timedOut(31_000, 100)])).toEqual(['ok'])
  })

  it('that were refused because the pool had closed are no fault', () => {
    const closed = notice('acquire.refused', 10, { error: { name: 'PoolClosedError', code: 'POOL_CLOSED' } })
    expect(summary({}, [closed])).toEqual(['ok'])
  })
})

describe('connections that end', () => {
  const lost = (connection: string) =>
    notice('connection.lost', 500, { connection, error: { name: 'Error', code: 'ECONNRESET' } })

  it('one by one are an accident, and several at once a fault', () => {
    const { level, findings } = diagnose(frame(), [lost('connection-1')])
    expect(level).toBe('ok')
    expect(findings[0]).toMatchObject({ kind: 'connections lost', level: 'note', connection: 'connection-1' })
    expect(findings[0]?.text).toContain('ECONNRESET')
    expect(summary({}, [lost('connection-1'), lost('connection-2')])).toEqual([
      'degraded',
      'connections lost: degraded',
    ])
  })

  it('because they did not answer are told with the reason', () => {
    const broken = notice('connection.closed', 500, {
      connection: 'connection-1',
      reason: 'validation timeout',
    })
    const idle = notice('connection.closed', 500, { connection: 'connection-2', reason: 'idle timeout' })
    const { findings } = diagnose(frame(), [broken, idle])
    expect(findings).toMatchObject([{ kind: 'validations failing', level: 'note' }])
    expect(findings[0]?.text).toContain('validation timeout')
  })
})
