// Reads a machine out of a file: a module that exports one, or a definition as JSON.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type AnyStateMachine, createMachine } from 'xstate'
import { messageOf } from '../core/wording.js'
import { suggestion, UsageError } from './usage.js'

/**
 * The machine in a file.
 * @param wanted the name of the export, if it was given
 * @throws UsageError, which says what is wrong with the file.
 */
export async function readMachine(file: string, wanted: string | undefined): Promise<AnyStateMachine> {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`)
  if (extname(file) === '.json') return fromDefinition(file, await readFile(file, 'utf8'))
  const exported = await load(file)
  const machines = Object.entries(exported).filter((entry): entry is [string, AnyStateMachine] =>
    isMachine(entry[1]),
  )
  const names = machines.map(([name]) => name)
  if (wanted !== undefined) {
    const found = machines.find(([name]) => name === wanted)
    if (found !== undefined) return found[1]
    throw new UsageError(
      `${file} exports no machine ${JSON.stringify(wanted)}. ${names.length === 0 ? noMachine : suggestion(wanted, names)}`,
    )
  }
  const distinct = new Set(machines.map(([, machine]) => machine))
  const chosen = machines.find(([name]) => name === 'default') ?? machines[0]
  if (chosen === undefined) throw new UsageError(`${file} exports no machine. ${noMachine}`)
  if (distinct.size > 1 && chosen[0] !== 'default')
    throw new UsageError(`${file} exports several machines. Choose one with --export: ${names.join(', ')}.`)
  return chosen[1]
}

const noMachine = 'Export what createMachine() or setup().createMachine() of XState v5 returns.'

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
    const common = module.default // of a CommonJS module
    return isMachine(common) || typeof common !== 'object' || common === null
      ? module
      : { ...common, ...module }
  } catch (error) {
    const isTypeScript = /\.[cm]?tsx?$/.test(file)
    const advice =
      isTypeScript && (error as { code?: unknown }).code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'This Node.js does not read TypeScript: run the command with NODE_OPTIONS="--import tsx", or use Node 22.18 or later.'
        : messageOf(error)
    throw new UsageError(`${file} cannot be loaded: ${advice}`, { cause: error })
  }
}

function fromDefinition(file: string, text: string): AnyStateMachine {
  try {
    return createMachine(JSON.parse(text))
  } catch (error) {
    throw new UsageError(`${file} is not the definition of a machine: ${messageOf(error)}`, { cause: error })
  }
}

/** By what it has: it may come from another copy of XState. */
function isMachine(value: unknown): value is AnyStateMachine {
  const machine = value as Partial<AnyStateMachine> | null
  return (
    typeof machine === 'object' &&
    machine !== null &&
    typeof machine.root?.id === 'string' &&
    typeof machine.getInitialSnapshot === 'function' &&
    typeof machine.transition === 'function'
  )
}
