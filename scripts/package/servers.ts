// The inspector of the installed package, mounted in the servers that docs/guides/inspector.md names.

import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { link } from './link.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What does not work in one of them. */
export async function mountInServers(project: string, tools: string): Promise<string[]> {
  link(project, [
    ['express', root],
    ['fastify', root],
    ['hono', tools],
    ['@hono/node-server', tools],
  ])
  copyFileSync(join(tools, 'mounted.mjs'), join(project, 'mounted.mjs'))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['mounted.mjs'], { cwd: project })
    const count = stdout.match(/^works in /gm)?.length ?? 0
    return count === 4 ? [] : [`The inspector works in ${count} of 4 servers: ${stdout}`]
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return [`The inspector in servers: ${stdout}${stderr}`]
  }
}
