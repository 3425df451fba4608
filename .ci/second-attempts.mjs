// A reporter that writes down each test that passed only when it was tried again: a race of the test, or of the pool, to be mended.
import { appendFileSync } from 'node:fs'

export default class SecondAttempts {
  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return
    const { errors } = test.result()
    const reasons = errors?.map(({ stack, message }) => stack ?? message) ?? []
    appendFileSync(
      process.env.SECOND_ATTEMPTS,
      `passed at the second attempt: ${test.module.moduleId}\n  ${test.fullName}\n${reasons.join('\n')}\n`,
    )
  }
}
