// Vitest's global setup for tests on a real PostgreSQL: one server for all test files, which they tell apart by database.

import type { TestProject } from 'vitest/node'
import { createGuard } from '../../support/postgres-server/guard.js'
import { initialise } from '../../support/postgres-server/initialise.js'
import { startPostgres } from '../../support/postgres-server.js'
import { createCertificate } from './self-signed-certificate.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the server is; `inject('postgres')`. */
    postgres: { host: string; port: number; user: string; password: string; database: string; cert: string }
  }
}

export default async function setUpPostgres(project: TestProject): Promise<() => Promise<void>> {
  const template = await createGuard()
  await initialise(template.folder, { user: 'postgres' })
  process.env.STATEPOOL_POSTGRES_TEMPLATE = template.folder // for all servers of the tests, and of programs that they start
  const tls = createCertificate()
  const server = await startPostgres({ tls, settings: { max_connections: 100 } })
  const { host, port, user, password, database } = server
  project.provide('postgres', { host, port, user, password, database, cert: tls.cert })
  return async () => {
    await server.stop()
    await template.dismiss()
  }
}
