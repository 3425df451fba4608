// Adds up the test runner's reports, and ends with the line that says so.
// Usage: node count.mjs <reports expected> <steps failed> <report.json>...
import { readFileSync } from 'node:fs'

const [expected, failedSteps, ...files] = process.argv.slice(2)
const total = { passed: 0, failed: 0, skipped: 0 }
for (const file of files) {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  total.passed += report.numPassedTests
  total.failed += report.numFailedTests
  total.skipped += report.numPendingTests + (report.numTodoTests ?? 0)
  // A file that cannot be loaded has no tests in it that could fail.
  const broken = report.testResults.filter(
    result => result.status === 'failed' && result.assertionResults.length === 0,
  )
  total.failed += broken.length
  for (const { name, message } of broken) console.log(`could not be run: ${name}\n${message}`)
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed') console.log(`failed: ${name}\n  ${fullName}\n${failureMessages.join('\n')}`)
    }
  }
}
const missing = Number(expected) - files.length
if (missing > 0) console.log(`${missing} of ${expected} test runs left no report`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 || total.passed === 0 || missing > 0 || Number(failedSteps) > 0 ? 1 : 0
