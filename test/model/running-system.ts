// A real pool on the scripted driver and the simulated clock, for tests of what is beyond the models.
import type { InspectionEvent } from 'xstate'
import type { PoolOptions } from '../../src/index.js'
import { WalkedPool } from '../../src/testing/model/walked-pool.js'
import { type Question, type ScriptedConnection, ScriptedDriver } from '../support/scripted-driver.js'

/** A pool whose driver's answers are the test's. */
export class RunningSystem extends WalkedPool<ScriptedConnection> {
  readonly driver: ScriptedDriver

  constructor(options: PoolOptions, inspect?: (event: InspectionEvent) => void) {
    const driver = new ScriptedDriver()
    super(driver, options, inspect)
    this.driver = driver
  }

  async answer(question: Question, answer: 'succeed' | 'fail'): Promise<void> {
    this.driver.next(question)[answer]()
    await this.settle()
  }
}
