// Transitions and frames as a pool tells them, for the page's model.

import { PoolView, type Transition, type ViewFrame } from '../../../src/inspector/page/model/pool-view.js'
import type { Frame } from '../../../src/recorder/format.js'

export const newView = (): PoolView =>
  new PoolView({ id: 0, name: 'orders', driver: 'simulated', target: '', options: {}, wallOffset: 0 })

export const transition = (
  at: number,
  actor: string,
  event: string,
  from: string | undefined,
  to: string,
  number = 0,
): Transition => ({ at, actor, event, from, to, number })

const noStats = {
  state: 'running' as const,
  min: 1,
  max: 4,
  total: 0,
  connecting: 0,
  idle: 0,
  busy: 0,
  validating: 0,
  closing: 0,
  waiting: 0,
  generation: 0,
  opened: 0,
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

export const frameAt = (
  at: number,
  stats: Partial<Frame['stats']> = {},
  rest: Partial<Frame> = {},
): ViewFrame => ({
  frame: { at, stats: { ...noStats, ...stats }, leases: [], waiting: [], connections: [], ...rest },
  diagnosis: { level: 'ok', findings: [] },
})
