// Which errors mean that the session is stale: only a new one can help, although they look like ordinary SQL errors.

/** The fields of the server's ErrorResponse that matter here. `routine` is not translated, as `message` may be. */
export interface ServerMessage {
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly routine?: string | undefined
  readonly internalQuery?: string | undefined
}

/** How the statement that met the error came to be run. */
export interface Circumstances {
  /** It has a name, and pg believes that the server had parsed it in an earlier round trip. */
  readonly parsedBefore: boolean
  /** It has a name. */
  readonly named: boolean
}

interface Row {
  readonly code: string
  readonly routine?: string | RegExp
  /** What the message says, for a code that has other reasons too. */
  readonly says?: RegExp
  /** Only for a statement with a name; `'before'`: only for one that was parsed in an earlier round trip. */
  readonly named?: true | 'before'
}

/** See docs/guides/pg-errors.md, which has the same rows for readers. 25006 depends on the session's state: see read-only.ts. */
const table: readonly Row[] = [
  { code: '0A000', routine: 'RevalidateCachedQuery' }, // cached plan must not change result type
  { code: '0A000', says: /cached plan must not change result type/ }, // through a proxy that drops fields
  { code: '26000', named: 'before' }, // the server has forgotten the statement
  { code: '42P05', named: true }, // the server has a statement of this name, and pg does not know
  { code: '42883', named: 'before' }, // its parameters have the types of a table or a function that was remade
  { code: '42804', named: 'before' },
  { code: '42846', named: 'before' },
  // A PL/pgSQL function keeps its plan, although a column or a type that it uses was remade.
  { code: '42804', routine: /^plpgsql_param_eval|^ExecEvalParamExtern$|^CheckVarSlotCompatibility$/ },
  { code: '42804', says: /does not match that when preparing the plan/ },
  { code: '42703', routine: 'CheckVarSlotCompatibility' }, // attribute … of type … has been dropped
  { code: 'XX000', says: /cache lookup failed for|could not open relation with OID/ }, // a type, table or function was remade
  { code: '42704', routine: 'lookup_type_cache' }, // type with OID … does not exist
  { code: '42704', routine: 'GetUserNameFromId' }, // invalid role OID: the session's role was remade
  { code: '42704', routine: 'shdepLockAndCheckObject' }, // role … was concurrently dropped
]

/** Whether only a new session can mend what this error tells. */
export function isStale(error: ServerMessage, { parsedBefore, named }: Circumstances): boolean {
  return table.some(
    row =>
      row.code === error.code &&
      isRoutine(row.routine, error.routine) &&
      (row.says === undefined || row.says.test(error.message ?? '')) &&
      (row.named !== true || named) &&
      // An error inside a function is the function's, whose statements have no name.
      (row.named !== 'before' || (parsedBefore && error.internalQuery === undefined)),
  )
}

const ofStaleSessions = new WeakSet<object>()

/** Remembers an error by which a session was found stale: what it says does not tell by itself. */
export function rememberAsStale(error: object): void {
  ofStaleSessions.add(error)
}

/** Whether a session was found stale by this error. */
export function madeStale(error: unknown): boolean {
  return typeof error === 'object' && error !== null && ofStaleSessions.has(error)
}

function isRoutine(wanted: string | RegExp | undefined, routine = ''): boolean {
  return wanted instanceof RegExp ? wanted.test(routine) : wanted === undefined || wanted === routine
}
