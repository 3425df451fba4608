// Everything that can happen to a pool, drawn at random: how often it is drawn, with what, what it does and how it reads.

import { callerCommands, statementCommands } from './caller-commands.js'
import type { Kind } from './command-kind.js'
import { poolCommands } from './pool-commands.js'
import type { Random } from './random.js'
import type { Scene } from './scene.js'
import { worldCommands } from './world-commands.js'

/** In this order: what a seed draws depends on it. */
const kinds = { ...callerCommands, ...worldCommands, ...statementCommands, ...poolCommands }

/** The name of a command. */
export type CommandName = keyof typeof kinds

/** All of them. */
export const commandNames = Object.keys(kinds) as readonly CommandName[]

/** One action, as data: a story of commands can be printed, shortened and repeated. */
export type Command = {
  readonly [Name in CommandName]: { readonly do: Name } & ((typeof kinds)[Name] extends Kind<infer Details>
    ? Readonly<Details>
    : never)
}[CommandName]

/** How often each command is drawn, relative to its usual weight; 0 = never. */
export type Weights = Readonly<Partial<Record<CommandName, number>>>

/** Draws a story of `length` commands. */
export function drawCommands(random: Random, length: number, weights: Weights = {}): Command[] {
  const names = Object.keys(kinds) as CommandName[]
  const shares = names.map(name => weights[name] ?? kinds[name].weight)
  const total = shares.reduce((sum, share) => sum + share, 0)
  const drawOne = (): Command => {
    let left = random() * total
    const index = shares.findIndex(share => {
      left -= share
      return left < 0
    })
    const name = names[index] ?? 'rest'
    return { do: name, ...kinds[name].draw(random) } as Command
  }
  return total > 0 ? Array.from({ length }, drawOne) : []
}

/** Does one thing, if the pool can. */
export function perform(command: Command, scene: Scene): Promise<void> | void {
  const { applies, perform } = kinds[command.do] as Kind<object>
  if (applies === undefined || applies(scene.pool)) return perform(scene, command)
}
