// When a connect failed only because all connections of a fleet are taken.

/** All slots of the fleet are taken: what a connect fails with that finds none. The pool's callers wait, and never see it. */
export class FleetSpentError extends Error {
  constructor(name: string, connections: number) {
    super(`all ${connections} connections of the fleet "${name}" are taken`)
    this.name = 'FleetSpentError'
  }
}

/** ORMs and pools wrap errors; deeper than this is no wrapping but a cycle. */
const deepestCause = 5

/** Whether an error says that the fleet, or the role's own connection limit, is spent, and not that the database is down. */
export function isSpent(error: unknown): boolean {
  let current = error
  for (let depth = 0; depth < deepestCause && current instanceof Error; depth++) {
    if (current instanceof FleetSpentError || isRoleLimit(current)) return true
    current = current.cause
  }
  return false
}

/** 53300 of the role's limit (ALTER ROLE … CONNECTION LIMIT). The server says the same code when it is full itself, from another place; its words may be translated. */
function isRoleLimit(error: Error & { code?: unknown; routine?: unknown }): boolean {
  return error.code === '53300' && error.routine === 'InitializeSessionUserId'
}
