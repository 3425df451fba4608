// Vitest's global setup for programs that tests run in processes of their own: where their bundles are kept while the tests run.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder, within reach of the packages, which are no part of a bundle; `inject('bundles')`. */
    bundles: string
  }
}

export default async function setUpBundles(project: TestProject): Promise<() => Promise<void>> {
  const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules', '.cache', 'statepool')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'bundles-'))
  project.provide('bundles', folder)
  return () => rm(folder, { recursive: true, force: true })
}
