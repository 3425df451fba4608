// What the pool relies on from every driver, as a list of cases that any test runner can run.

import { type Bench, benchFor, type RuleOf } from './bench.js'
import { connectRules } from './connect-rules.js'
import type { DriverUnderTest } from './driver-under-test.js'
import { endingRules } from './ending-rules.js'
import { lifeRules } from './life-rules.js'
import { noTransactions, transactionRules } from './transaction-rules.js'

/** One rule of the driver contract. */
export interface ContractCase {
  /** The rule, as a sentence. */
  readonly name: string
  /** Rejects, with an AssertionError as a rule, when the driver breaks the rule or leaves a connection or a socket behind. */
  readonly run: () => Promise<void>
}

/** The cases of {@link driverContract}. */
export interface DriverContract {
  /** Run them one after the other, in any order. */
  readonly cases: readonly ContractCase[]
  /** Call this after the last case: it calls the driver's `stop`. */
  readonly stop: () => Promise<void>
}

/** The options of {@link driverContract}. */
export interface DriverContractOptions {
  /** `false` for a driver without transactions: a single case then checks that it has none. Default true. */
  readonly transactions?: boolean
  /** How long a case waits for the server, at most, in milliseconds. Default 10,000. A case that passes waits for a fraction of it. */
  readonly patience?: number
}

/**
 * The driver contract: what a pool relies on from every driver, as cases for any test runner.
 *
 * ```ts
 * describe('my driver', () => {
 *   const contract = driverContract(setUp)
 *   for (const { name, run } of contract.cases) it(name, run)
 *   afterAll(contract.stop)
 * })
 * ```
 *
 * The test runner must check two of the rules: a driver leaves no `error` event and no rejection unhandled. Vitest and node:test fail on both.
 *
 * @param setUp starts what the driver needs, for example a server; the first case calls it, once
 */
export function driverContract<C>(
  setUp: () => Promise<DriverUnderTest<C>>,
  { transactions = true, patience = 10_000 }: DriverContractOptions = {},
): DriverContract {
  let bench: Promise<Bench<C>> | undefined
  const ready = (): Promise<Bench<C>> => {
    bench ??= setUp().then(subject => benchFor(subject, patience))
    return bench
  }
  const rules: RuleOf<C>[] = [
    ...connectRules<C>(),
    ...lifeRules<C>(),
    ...(transactions ? transactionRules<C>() : [noTransactions<C>()]),
    ...endingRules<C>(),
  ]
  return {
    cases: rules.map(({ name, check }) => ({
      name,
      run: async () => {
        const used = await ready()
        try {
          await check(used)
        } finally {
          await used.clear()
        }
      },
    })),
    stop: async () => {
      if (bench !== undefined) await (await bench).subject.stop()
    },
  }
}
