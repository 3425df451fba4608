// Stately's reader of source files (`@xstate/machine-extractor`, of its editor extension and its studio) finds the whole chart in each machine's file.
import { readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { describe, expect, it, vi } from 'vitest'
import {
  connectionMachine,
  fleetMemberMachine,
  poolMachine,
  sizeFinderMachine,
} from '../../src/machines/index.js'

interface Extractor {
  extractMachinesFromFile(text: string): { machines: { toConfig(): Config | undefined }[] } | null
}
/** A state's definition, as the reader has it and as the machine has it. */
interface Config {
  readonly [name: string]: unknown
  readonly states?: Readonly<Record<string, Config>>
}

/** The reader was made for XState 4, and wants two of its files for their names alone. */
function loadExtractor(): Extractor {
  const loader = Module as unknown as { _load(id: string, ...rest: unknown[]): unknown }
  const load = loader._load
  const names = new Proxy({}, { get: (_, name) => name })
  loader._load = (id, ...rest) =>
    id.startsWith('xstate/lib/') ? { ActionTypes: names } : load.call(loader, id, ...rest)
  try {
    return createRequire(import.meta.url)('@xstate/machine-extractor')
  } finally {
    loader._load = load
  }
}

const listOf = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** `{ type, params }`, however it is written: the reader puts what it read into `action`. */
function reference(value: unknown): unknown {
  const { action = value, type = action, params = {} } = value as Record<string, unknown>
  if (typeof action === 'object' && action !== value) return reference(action)
  return { type: typeof value === 'string' ? value : type, params }
}

/** All but `reenter`, of which XState 4 knows nothing: there each transition with a target entered its state anew. */
function transition(value: unknown): unknown {
  const {
    target,
    guard,
    cond = guard,
    actions,
  } = (typeof value === 'string' ? { target: value } : value) as Record<string, unknown>
  return {
    target,
    guard: cond && reference(cond),
    actions: listOf(actions).map(reference),
  }
}

const transitions = (on: unknown) =>
  Object.fromEntries(Object.entries(on ?? {}).map(([event, list]) => [event, listOf(list).map(transition)]))

function shapeOf({ states, on, after, always, entry, exit, initial, description, type }: Config): unknown {
  return {
    initial,
    description,
    type,
    entry: listOf(entry).map(reference),
    exit: listOf(exit).map(reference),
    on: transitions(on),
    after: transitions(after),
    always: listOf(always).map(transition),
    states: Object.fromEntries(Object.entries(states ?? {}).map(([name, inner]) => [name, shapeOf(inner)])),
  }
}

describe('the reader of Stately’s tools', () => {
  const { extractMachinesFromFile } = loadExtractor()

  it.each([
    ['src/machines/connection.ts', connectionMachine],
    ['src/machines/pool.ts', poolMachine],
    ['src/machines/fleet-member.ts', fleetMemberMachine],
    ['src/machines/size-finder.ts', sizeFinderMachine],
  ])(
    'finds in %s what the machine has: each state, transition, guard, action and parameter',
    (file, machine) => {
      const complaints = vi.spyOn(console, 'warn').mockImplementation(() => {})
      const machines = extractMachinesFromFile(readFileSync(file, 'utf8'))?.machines
      expect(machines).toHaveLength(1)
      const read = machines?.[0]?.toConfig() as Config
      expect(shapeOf(read)).toEqual(shapeOf(machine.config as unknown as Config))
      expect(complaints).not.toHaveBeenCalled()
    },
  )
})
