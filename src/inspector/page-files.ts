// The page's own files: built, in the package, read once.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { thisFile } from '../core/this-file.js'

/** One file, as it is sent. */
export interface PageFile {
  readonly type: string
  /** Changes when the content does. */
  readonly tag: string
  readonly plain: Uint8Array
  readonly gzipped: Uint8Array
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

const entry = 'index.html'

/** Why there is no page, and what to do. */
export const notBuilt =
  'The page of the inspector is not there. In a checkout of statepool, build it: npm run build. In an application, install the package as it is: ' +
  'a bundle that has statepool inside leaves the files of the page out, so mark statepool as external (esbuild: --external:statepool).'

/** Reads the page's files once, when the first one is asked for. */
export class PageFiles {
  readonly #folder: string | undefined
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined

  /** @param folder where they are; default: in the package */
  constructor(folder: string | undefined = builtPage()) {
    this.#folder = folder
  }

  /**
   * @param path below the address of the page, without a slash at its beginning; empty = the page itself
   * @returns the file; undefined if there is none; 'not built' if there is no page at all
   */
  async find(path: string): Promise<PageFile | undefined | 'not built'> {
    const folder = this.#folder
    if (folder === undefined || !existsSync(join(folder, entry))) return 'not built' // it may be built later
    this.#files ??= readAll(folder)
    return (await this.#files).get(path === '' ? entry : path)
  }
}

async function readAll(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>()
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const name = found.name.replace(/\.gz$/, '')
    const type = types[extname(name)]
    if (!found.isFile() || type === undefined) continue
    const path = join(found.parentPath, name)
    const stored = await readFile(join(found.parentPath, found.name))
    const plain = name === found.name ? stored : gunzipSync(stored)
    files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), {
      type,
      tag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      plain,
      gzipped: name === found.name ? gzipSync(plain, { level: 9 }) : stored,
    })
  }
  return files
}

/** The folder in `dist`: beside the compiled code, or of the checkout whose sources run, or of the package that a bundle was made from. */
function builtPage(): string | undefined {
  if (thisFile === undefined) return undefined
  const file = thisFile.startsWith('file:') ? fileURLToPath(thisFile) : thisFile
  const places = [
    join(dirname(file), file.endsWith('.ts') ? '../../dist/inspector/page' : '../inspector/page'),
  ]
  try {
    places.push(join(dirname(createRequire(file).resolve('statepool/package.json')), 'dist/inspector/page'))
  } catch {
    // It is not installed beside the bundle.
  }
  return places.find(place => existsSync(join(place, entry))) ?? places[0]
}
