// A program that stops the process that it is told, says so, and waits to be ended.

import { suspend } from '../../../support/postgres-server/suspend.js'

await suspend([Number(process.argv[2])])
console.log('stopped')
setInterval(() => {}, 60_000)
