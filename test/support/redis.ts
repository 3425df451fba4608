// Vitest's global setup for tests on a real Redis: the one of this machine if there is one, else a private one if it is installed.

import type { TestProject } from 'vitest/node'
import { hasRedis, redisAnswers, startRedis } from '../../support/redis-server.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the server is, or why there is none; `inject('redis')`. */
    redis: { url: string } | { missing: string }
  }
}

/** What developers' machines and CI services have. */
const usual = 6379

export default async function setUpRedis(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (await redisAnswers(usual)) {
    project.provide('redis', { url: `redis://127.0.0.1:${usual}` })
    return undefined
  }
  if (!(await hasRedis())) {
    const missing = 'no Redis on 127.0.0.1:6379, and no redis-server to start one with'
    console.warn(`Tests on Redis are skipped: ${missing}.`)
    project.provide('redis', { missing })
    return undefined
  }
  const server = await startRedis()
  project.provide('redis', { url: server.url })
  return () => server.stop()
}
