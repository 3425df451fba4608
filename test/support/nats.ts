// Vitest's global setup for tests on a real NATS: a private one, if it is installed.
import type { TestProject } from 'vitest/node'
import { hasNats, startNats } from '../../support/nats-server.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the server is, or why there is none; `inject('nats')`. */
    nats: { servers: string } | { missing: string }
  }
}

export default async function setUpNats(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!(await hasNats())) {
    const missing = 'no nats-server to start one with'
    console.warn(`Tests on NATS are skipped: ${missing}.`)
    project.provide('nats', { missing })
    return undefined
  }
  const server = await startNats()
  project.provide('nats', { servers: server.servers })
  return () => server.stop()
}
