// The configurations of a machine: each exists once, and everything that depends on nothing else hangs on it.

import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  StateValue,
} from 'xstate'
import { type Guard, resolveGuard } from './guard.js'
import type { Plan } from './plan.js'
import { planStep, type Step } from './step.js'

/** One transition that may be taken in a configuration. */
export interface Choice {
  readonly guard: Guard | undefined
  readonly transition: AnyTransitionDefinition
  /** `undefined` if only XState can take the transition. */
  readonly step: Step | undefined
}

/** Choices in the order in which XState asks their guards; `undefined` where only XState can ask one of them. */
export type Choices = readonly Choice[] | undefined

/** Where an interned `_nodes` array keeps its configuration. */
const ownConfiguration: unique symbol = Symbol('configuration')

interface InternedNodes extends Array<AnyStateNode> {
  readonly [ownConfiguration]?: Configuration
}

/** XState remembers what it saw of every event type forever; here, types that are made up on the fly are looked up again each time. */
const mostTypes = 1_000

/** A chain of active states, from the root to a leaf, with all that its snapshots share. */
export class Configuration {
  readonly value: StateValue
  /** Its states below the root, with dots between them. */
  readonly name: string
  readonly tags: ReadonlySet<string>
  readonly hasAlways: boolean
  private readonly localChoices = new Map<string, Choices>()
  private readonly plans = new Map<string, Plan | undefined>()
  /** Types that are named nowhere share a plan if the same wildcards stand for them: `xstate.done.actor.<id>` does for every child. */
  private readonly plansByDescriptors = new Map<string, Plan | undefined>()
  /** Most configurations are left by the same event each time. */
  private lastType = '' // never undefined: the engine compares texts by where they are, and anything else by a call
  private lastPlan: Plan | undefined = undefined
  private inTheEnd: Configuration['ended'] | undefined = undefined
  private alwaysChoices: { readonly choices: Choices } | undefined = undefined

  constructor(
    readonly table: ConfigurationTable,
    readonly nodes: readonly AnyStateNode[],
  ) {
    Object.defineProperty(nodes, ownConfiguration, { value: this })
    this.value = stateValueOf(nodes)
    this.name = interned(
      nodes
        .slice(1)
        .map(({ key }) => key)
        .join('.'),
    )
    this.tags = new Set(nodes.flatMap(node => node.tags))
    this.hasAlways = nodes.some(node => node.always !== undefined)
  }

  /** What XState has in the snapshot of a machine that is done: the states turned round, and so their tags. */
  get ended(): { readonly _nodes: readonly AnyStateNode[]; readonly tags: ReadonlySet<string> } {
    if (this.inTheEnd === undefined) {
      const nodes = this.nodes.toReversed()
      this.inTheEnd = { _nodes: nodes, tags: new Set(nodes.flatMap(node => node.tags)) }
    }
    return this.inTheEnd
  }

  /** What may happen on an event of this type, or `undefined` if XState itself has to see to it. */
  planFor(type: string): Plan | undefined {
    return type === this.lastType ? this.lastPlan : this.findPlan(type)
  }

  private findPlan(type: string): Plan | undefined {
    const plan = this.plans.get(type) ?? (this.plans.has(type) ? undefined : this.plan(type))
    this.lastType = type
    this.lastPlan = plan
    return plan
  }

  /** The `always` transitions. Replayed only in configurations that a plan was found to reach. */
  get always(): Choices {
    this.alwaysChoices ??= {
      choices: this.choicesOf(this.nodes.toReversed().flatMap(node => node.always ?? [])),
    }
    return this.alwaysChoices.choices
  }

  /** What may happen on the event, regardless of what may follow in the same macrostep. */
  on(type: string): Choices {
    if (this.localChoices.has(type)) return this.localChoices.get(type)
    const choices = this.choicesOf(this.nodes.toReversed().flatMap(node => candidates(node, type)))
    this.localChoices.set(type, choices)
    return choices
  }

  private plan(type: string): Plan | undefined {
    if (typeof type !== 'string') return undefined
    const plan = isReserved(type) ? undefined : this.sharedPlan(type)
    if (this.plans.size < mostTypes) this.plans.set(type, plan)
    return plan
  }

  private sharedPlan(type: string): Plan | undefined {
    const descriptors = this.nodes.map(node => descriptorsOf(node, type).join()).join(' ')
    if (this.plansByDescriptors.has(descriptors)) return this.plansByDescriptors.get(descriptors)
    const plan = this.newPlan(type)
    this.plansByDescriptors.set(descriptors, plan)
    return plan
  }

  private newPlan(type: string): Plan | undefined {
    const choices = this.on(type)
    if (choices === undefined || !isPlanned(this, { target: undefined, raises: [], ends: false }))
      return undefined
    return this.table.plan(
      this,
      choices.map(choice => (isPlanned(this, choice.step) ? choice : { ...choice, step: undefined })),
    )
  }

  private choicesOf(transitions: readonly AnyTransitionDefinition[]): Choices {
    const choices: Choice[] = []
    for (const transition of transitions) {
      const guard = transition.guard ? resolveGuard(this.table.machine, transition.guard) : undefined
      const step = planStep(this, transition)
      if (transition.guard && guard === undefined) return undefined
      choices.push({ guard, transition, step })
      if (guard === undefined) break // the others are not asked
    }
    return choices
  }
}

/** All configurations of one machine that were met so far. */
export class ConfigurationTable {
  private readonly byLeaf = new Map<AnyStateNode, Configuration | undefined>()

  /** After how many microsteps XState calls a macrostep endless. */
  readonly mostIterations: number

  /** @param plan makes the plan of a configuration for one type of event from what may happen on it */
  constructor(
    readonly machine: AnyStateMachine,
    readonly plan: (configuration: Configuration, choices: readonly Choice[]) => Plan,
  ) {
    const { options } = machine as { options?: { maxIterations?: number } } // since XState 5.31
    this.mostIterations = options?.maxIterations ?? Number.POSITIVE_INFINITY
  }

  /** The configuration that ends in `leaf`; `undefined` if it is not a single chain of states. */
  of(leaf: AnyStateNode): Configuration | undefined {
    if (!this.byLeaf.has(leaf)) this.byLeaf.set(leaf, this.create(leaf))
    return this.byLeaf.get(leaf)
  }

  /** Lets a snapshot that XState just made share what other snapshots of its configuration have. */
  intern(snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
    const nodes: readonly AnyStateNode[] | undefined = snapshot._nodes
    const leaf = nodes?.at(-1)
    if (nodes === undefined || leaf === undefined || snapshot.machine !== this.machine) return snapshot
    const configuration = this.of(leaf)
    if (configuration === undefined || nodes.length !== configuration.nodes.length) return snapshot
    if (!nodes.every((node, depth) => node === configuration.nodes[depth])) return snapshot
    return Object.assign(snapshot, {
      _nodes: configuration.nodes,
      value: configuration.value,
      tags: configuration.tags,
      historyValue: shared(snapshot.historyValue),
    })
  }

  private create(leaf: AnyStateNode): Configuration | undefined {
    const nodes = [leaf]
    for (let node = leaf.parent; node !== undefined; node = node.parent) nodes.unshift(node)
    const chain = nodes.every(
      node => node.type === (node === leaf ? 'atomic' : 'compound') || node.type === 'final',
    )
    return chain && leaf.machine === this.machine ? new Configuration(this, nodes) : undefined
  }
}

/** The configuration of an interned snapshot. */
export const configurationOf = (snapshot: AnyMachineSnapshot): Configuration | undefined =>
  (snapshot._nodes as InternedNodes)[ownConfiguration]

/** The same text as the engine's own copy of it, as that of a property's name is: two such are compared by looking at where they are. */
const interned = (text: string): string => Object.keys({ [text]: 0 })[0] as string

const empty: Readonly<Record<string, never>> = Object.freeze({})

const shared = <T extends object>(object: T): T => (Object.keys(object).length === 0 ? (empty as T) : object)

function stateValueOf(nodes: readonly AnyStateNode[]): StateValue {
  const [leaf, ...ancestors] = nodes.slice(1).toReversed()
  if (leaf === undefined) return Object.freeze({})
  return ancestors.reduce<StateValue>((value, node) => Object.freeze({ [node.key]: value }), leaf.key)
}

/** The transitions of one state for an event: those that name its type, then wildcards, the longest first. */
function candidates(node: AnyStateNode, type: string): AnyTransitionDefinition[] {
  return descriptorsOf(node, type).flatMap(descriptor => node.transitions.get(descriptor) ?? [])
}

/** By what a state's transitions refer to an event: its type, then wildcards, the longest first. */
function descriptorsOf(node: AnyStateNode, type: string): string[] {
  const wildcards = [...node.transitions.keys()]
    .filter(descriptor => descriptor !== type && matchesWildcard(type, descriptor))
    .sort((a, b) => b.length - a.length)
  return node.transitions.has(type) ? [type, ...wildcards] : wildcards
}

/** XState's `matchesEventDescriptor`: `*` matches all; `a.b.*` matches `a.b` and whatever begins with `a.b.`. */
function matchesWildcard(type: string, descriptor: string): boolean {
  if (descriptor === '*') return true
  if (!descriptor.endsWith('.*')) return false
  const tokens = type.split('.')
  const wanted = descriptor.split('.')
  const wildcard = wanted.indexOf('*')
  return wildcard === wanted.length - 1 && wanted.slice(0, -1).every((token, i) => token === tokens[i])
}

/** Whether a step and all that can follow it in one macrostep has a plan, whatever the guards say and whatever is raised. */
function isPlanned(
  start: Configuration,
  first: Pick<Step, 'target' | 'raises' | 'ends'> | undefined,
): boolean {
  const reached = new Set<Configuration>()
  const raised = new Set<string>()
  const follow = (step: typeof first): boolean => {
    if (step?.ends) return true // nothing follows, whatever was raised
    if (step?.target !== undefined) reached.add(step.target)
    for (const type of step?.raises ?? []) raised.add(type)
    return step !== undefined
  }
  const isFollowed = (choices: Choices): boolean => choices?.every(({ step }) => follow(step)) ?? false
  if (first?.target === undefined) reached.add(start)
  if (!follow(first)) return false
  for (let size = 0; size < reached.size + raised.size; ) {
    size = reached.size + raised.size
    for (const configuration of reached) {
      if (!isFollowed(configuration.always)) return false
      for (const type of raised) if (!isFollowed(configuration.on(type))) return false
    }
  }
  return start.table.mostIterations >= 1
}

/** Events that mean something of their own to XState when an actor is sent them (raised, they do not). */
const isReserved = (type: string): boolean =>
  type === '*' || type === 'xstate.init' || type === 'xstate.stop' || type.startsWith('xstate.error')
