// What a pool of two should do with its connections and its queue, in figures: the arithmetic of the pool's model.

/** What {@link poolModel} counts: how many connections are in which part of their lives, and how many callers wait. */
export interface PoolFigures {
  readonly min: number
  readonly max: number
  readonly opening: number
  readonly idle: number
  readonly leased: number
  /** Leased, and closed on release. */
  readonly retiring: number
  readonly queue: number
}

export const established = ({ idle, leased, retiring }: PoolFigures): number => idle + leased + retiring
export const total = (figures: PoolFigures): number => established(figures) + figures.opening

/** A connection is missing and could be opened. */
export const isShort = (figures: PoolFigures): boolean =>
  total(figures) < figures.max && (established(figures) < figures.min || figures.queue > 0)

/** Callers wait (`maxWaiting` 0) only for connections that can be opened. */
export const mayQueue = (figures: PoolFigures): boolean =>
  figures.queue < Math.max(0, figures.max - established(figures))

/** Opens what is missing. A pool that is not backing off is never short after an event. */
export function grow(figures: PoolFigures): PoolFigures {
  const missing = Math.max(figures.min - established(figures), figures.queue) - figures.opening
  const room = figures.max - total(figures)
  return { ...figures, opening: figures.opening + Math.max(0, Math.min(missing, room)) }
}

/** A connection became free: the next caller has it, or it is kept. */
export function free(figures: PoolFigures): PoolFigures {
  return figures.queue > 0
    ? { ...figures, leased: figures.leased + 1, queue: figures.queue - 1 }
    : { ...figures, idle: figures.idle + 1 }
}

/** A caller wants a connection. */
export function acquire(figures: PoolFigures): PoolFigures {
  if (figures.idle > 0) return { ...figures, idle: figures.idle - 1, leased: figures.leased + 1 }
  return mayQueue(figures) ? { ...figures, queue: figures.queue + 1 } : figures
}

/** The idle connection that a caller was to get did not pass its validation: the caller gets the next one or is next in the queue. */
export function declined(figures: PoolFigures): PoolFigures {
  const left = { ...figures, idle: figures.idle - 1 }
  return left.idle > 0 ? acquire(left) : { ...left, queue: left.queue + 1 }
}

/** Retires what is more than the new maximum: those being opened, then idle ones, then leased ones. */
export function resize(figures: PoolFigures, min: number, max: number): PoolFigures {
  let excess = Math.max(0, total(figures) - figures.retiring - max)
  const take = (count: number): number => {
    const taken = Math.min(count, excess)
    excess -= taken
    return taken
  }
  const opening = figures.opening - take(figures.opening)
  const idle = figures.idle - take(figures.idle)
  const recalled = take(figures.leased)
  const { leased, retiring } = figures
  return {
    ...figures,
    min,
    max,
    opening,
    idle,
    leased: leased - recalled,
    retiring: retiring + recalled,
  }
}

/** A caller wants a connection while none is leased: it waits, if it may. */
export function wait(figures: PoolFigures): PoolFigures {
  return mayQueue(figures) ? { ...figures, queue: figures.queue + 1 } : figures
}

/** Idle connections go to waiting callers. */
export function serve(figures: PoolFigures): PoolFigures {
  const served = Math.min(figures.idle, figures.queue)
  return {
    ...figures,
    idle: figures.idle - served,
    leased: figures.leased + served,
    queue: figures.queue - served,
  }
}

/** All that there are are retired. */
export function evict(figures: PoolFigures): PoolFigures {
  return { ...figures, opening: 0, idle: 0, leased: 0, retiring: figures.leased + figures.retiring }
}

/** No caller waits, the pool opens and keeps no connection, and it waits for leases. */
export function drain(figures: PoolFigures): PoolFigures {
  return {
    ...figures,
    opening: 0,
    idle: 0,
    leased: 0,
    retiring: figures.leased + figures.retiring,
    queue: 0,
  }
}
