// Vitest's global setup for tests on a real MariaDB: the one of this machine if there is one, else a private one if it is installed.

import mysql from 'mysql2/promise'
import type { TestProject } from 'vitest/node'
import { hasMariadb, startMariadb } from '../../support/mariadb-server.js'
import { patience } from './patience.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the server is, or why there is none; `inject('mariadb')`. */
    mariadb: { host: string; port: number; user: string } | { missing: string }
  }
}

/** What developers' machines and CI services have: root without a password. */
const usual = { host: '127.0.0.1', port: 3306, user: 'root' }

export default async function setUpMariadb(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (await answers()) {
    project.provide('mariadb', usual)
    return undefined
  }
  if (!(await hasMariadb())) {
    const missing = 'no MariaDB on 127.0.0.1:3306 (root, empty password), and no mariadbd to start one with'
    console.warn(`Tests on MariaDB are skipped: ${missing}.`)
    project.provide('mariadb', { missing })
    return undefined
  }
  const server = await startMariadb()
  const { host, port, user } = server
  project.provide('mariadb', { host, port, user })
  return () => server.stop()
}

async function answers(): Promise<boolean> {
  try {
    const connection = await mysql.createConnection({ ...usual, connectTimeout: patience })
    await connection.end()
    return true
  } catch {
    return false
  }
}
