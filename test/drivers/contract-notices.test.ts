// The published driver contract notices a driver that breaks one of its rules, and runs in other test runners than this project's.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Driver } from '../../src/db/driver.js'
import type { SimulatedConnection, SimulatedDriver } from '../../src/db/simulated/index.js'
import { driverContract } from '../../src/testing/index.js'
import { bundle } from '../support/bundle.js'
import { simulatedUnderTest } from '../support/simulated-under-test.js'

type Broken = (driver: SimulatedDriver) => Partial<Driver<SimulatedConnection>>

/** By the rule that is broken, as the contract words it: a driver that breaks it. */
const broken: Record<string, Broken> = {
  'connect opens a connection that works and that the server counts': driver => ({
    async connect(context) {
      const connection = await driver.connect(context)
      driver.database.kill(connection)
      return connection
    },
  }),
  'connect rejects with the reason when its signal is aborted already, and opens nothing': driver => ({
    connect: context => driver.connect({ ...context, signal: new AbortController().signal }),
  }),
  'connect leaves nothing behind when aborted after 0 turns of the loop': driver => ({
    connect: context =>
      driver.connect(context).catch(() => {
        throw new Error('cancelled') // not the reason that it was given
      }),
  }),
  'connect is done with its signal once it has connected': driver => ({
    connect(context) {
      context.signal.addEventListener('abort', () => {})
      return driver.connect(context)
    },
  }),
  'validate rejects for a connection that the server dropped': () => ({ validate: async () => {} }),
  'onLost is called exactly once, with a fatal reason, when the server drops an idle connection': driver => ({
    connect: context =>
      driver.connect({
        ...context,
        onLost(reason) {
          context.onLost(reason)
          context.onLost(reason)
        },
      }),
  }),
  'onLost is not called for connections that the pool closed or destroyed': driver => {
    const heard = new Map<SimulatedConnection, () => void>()
    return {
      async connect(context) {
        const connection = await driver.connect(context)
        heard.set(connection, context.onLost)
        return connection
      },
      async close(connection) {
        await driver.close(connection)
        heard.get(connection)?.()
      },
    }
  },
  'a reset is not needed for a fresh connection, nor after statements that succeeded and failed': () => ({
    needsReset: () => true,
  }),
  'a reset ends a transaction that was left open': () => ({ reset: async () => {} }),
  'a reset ends a transaction that was left open after an error': () => ({ needsReset: () => false }),
  'transaction: begin opens one, commit ends it, and nothing is left to reset': driver => ({
    transaction: { ...driver.transaction, begin: async () => {} },
  }),
  'transaction: commit rejects when a failed statement failed the transaction, and rollback after it leaves nothing open':
    driver => ({
      transaction: {
        ...driver.transaction,
        commit: connection => driver.transaction.commit(connection).catch(() => {}),
      },
    }),
  'transaction: rollback does nothing when none is open': () => ({ transaction: undefined }),
  'transaction: isRetryable is false for an error of a statement and for what is no error': driver => ({
    transaction: { ...driver.transaction, isRetryable: () => true },
  }),
  'close settles only when the server no longer counts the connection': driver => ({
    close: async connection => void driver.close(connection),
  }),
  'destroy ends the connection, may be called again, and fails the query under way': driver => {
    const destroyed = new Set<SimulatedConnection>()
    return {
      destroy(connection) {
        if (destroyed.has(connection)) throw new Error('destroyed already')
        destroyed.add(connection)
        return driver.destroy(connection)
      },
    }
  },
  'isFatal is false for an error of a statement and for what is no error': () => ({ isFatal: () => true }),
  'the driver has a name, and describes itself without secrets': () => ({ describe: () => '' }),
}

/** What the case for one rule says of a driver: undefined if it keeps the rule. */
async function verdict(rule: string, change: Broken, transactions = true): Promise<unknown> {
  const contract = driverContract(
    () => simulatedUnderTest(driver => ({ ...driver, ...change(driver) }) as Driver<SimulatedConnection>),
    { transactions, patience: 500 },
  )
  const found = contract.cases.find(({ name }) => name === rule)
  if (found === undefined) throw new Error(`The contract has no rule '${rule}'.`)
  const error: unknown = await found.run().then(
    () => undefined,
    (error: unknown) => error,
  )
  await contract.stop()
  return error
}

describe('the driver contract', () => {
  it.each(Object.entries(broken))('notices a driver that breaks this rule: %s', async (rule, change) => {
    expect(await verdict(rule, change)).toBeInstanceOf(Error)
  })

  it('takes a driver without transactions, if it is told so', async () => {
    const rule = 'the driver has no transactions, so that pool.transaction() refuses'
    expect(await verdict(rule, () => ({}), false)).toBeInstanceOf(Error)
    expect(await verdict(rule, () => ({ transaction: undefined }), false)).toBeUndefined()
  })

  it('calls nothing before its first case', async () => {
    let calls = 0
    const contract = driverContract(() => {
      calls++
      return simulatedUnderTest()
    })
    await contract.stop()
    expect(calls).toBe(0)
  })

  it('runs in node:test', async () => {
    const program = await bundle('test/support/programs/contract-in-node-test.ts')
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', program])
    const { cases } = driverContract(() => simulatedUnderTest())
    expect(stdout).toMatch(/# fail 0\n/)
    expect(stdout).toContain(`# pass ${cases.length}\n`)
  })
})
