// Writes a plan as a function of its own, so that the engine can inline the guards and actions which that plan calls.

import type { Choice, Configuration } from './configuration.js'
import type { Follow, Run } from './plan.js'
import { moveTo, unanswered } from './replay.js'

/**
 * The plan as code. What it does is what {@link choose} and {@link replay} do; but those are shared by all plans of all machines, so that
 * every call in them is one that the engine cannot see through, and every argument object one that it has to allocate.
 *
 * Nothing but the shape of the plan (how many guards, how many actions, whether the state changes) gets into the text; guards,
 * actions, params and configurations are handed to it as values.
 *
 * @returns `undefined` if a guard cannot be called as it stands, or if this process forbids code from strings
 *   (`--disallow-code-generation-from-strings`)
 */
export function generate(
  configuration: Configuration,
  choices: readonly Choice[],
  follow: Follow,
): Run | undefined {
  if (choices.some(({ guard }) => guard !== undefined && guard.plain === undefined)) return undefined
  const names: string[] = []
  const values: unknown[] = []
  const constant = (value: unknown): string => {
    if (value === undefined) return 'undefined'
    names.push(`c${values.length}`)
    values.push(value)
    return names.at(-1) as string
  }

  /** Asks the guards one after the other; `chosen` ends as the index of the first that said yes, or as their number. */
  const ask = (): string => {
    const guards = choices.flatMap(({ guard }) => guard ?? [])
    if (guards.length === 0) return ''
    const asked = guards.map(
      ({ plain, params }, index) =>
        `if (!${constant(plain)}(asked, ${constant(params)})) { chosen = ${index + 1}`,
    )
    return `const asked = { context, event }
      try { ${asked.join('\n')} ${'}'.repeat(guards.length)} }
      catch (error) { throw ${constant(unanswered)}(${constant(choices)}[chosen], event, error) }`
  }

  const otherwise = (choice: Choice | undefined): string =>
    `return ${constant(follow)}(snapshot, event, scope, ${constant(choice)})`

  const take = (choice: Choice): string => {
    const { step } = choice
    if (step?.calls === undefined || !step.last) return otherwise(choice)
    const calls = step.calls.map(({ exec, params }) => `${constant(exec)}(args, ${constant(params)})`)
    if (calls.length > 0)
      calls.unshift('const args = { context, event, self: scope.self, system: scope.system }')
    const { target } = step
    const next =
      target === undefined ? 'snapshot' : `${constant(moveTo)}(${constant(target)}, snapshot, scope)`
    return [...calls, `return ${next}`].join('\n')
  }

  // The last one first, which is the usual one: it asks no guard. (A switch has the engine read where to go from a table.)
  const cases = choices.map((choice, index) => `if (chosen === ${index}) { ${take(choice)} }`).toReversed()
  const source = `'use strict'
  return (snapshot, event, scope) => {
    const { context } = snapshot
    let chosen = 0
    ${ask()}
    ${cases.join('\n')}
    ${configuration.hasAlways ? otherwise(undefined) : 'return snapshot'}
  }`
  try {
    return new Function(...names, source)(...values)
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}
