// What else programs import from 'pg': one changed import is to do.
import pg from 'pg'
import { Pool } from './pool.js'

export type {
  Client,
  ClientBase,
  ClientConfig,
  Connection,
  CustomTypesConfig,
  DatabaseError,
  FieldDef,
  Notification,
  PoolClient,
  Query,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryConfigValues,
  QueryResult,
  QueryResultBase,
  QueryResultRow,
  ResultBuilder,
  Submittable,
} from 'pg'

/** What `import pg from 'pg'` is, with this {@link Pool} in the place of its own; a copy, `{ ...pg }`, has all that a copy of pg has. */
const dropIn: Omit<typeof pg, 'Pool'> & { readonly Pool: typeof Pool } = Object.assign(
  Object.create(pg),
  pg,
  {
    Pool,
  },
)
export default dropIn
