// A program that starts a server, says where it is, and then waits to be ended; or ends at once, without a stop(), if told so.

import { startPostgres } from '../../../support/postgres-server.js'

const { folder, pid } = await startPostgres()
console.log(JSON.stringify({ folder, pid }))
if (process.argv[2] === 'wait') setInterval(() => {}, 60_000)
