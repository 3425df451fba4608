// connect-pg-simple on the drop-in pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/connect-pg-simple.ts`.

// #region pool
import { createServer } from 'node:http'
import connectPgSimple from 'connect-pg-simple'
import session, { type Session } from 'express-session'
import { Pool } from 'statepool/pg'

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
const PgStore = connectPgSimple(session)
const store = new PgStore({ pool, createTableIfMissing: true })
const sessions = session({ store, secret: 'keep it', resave: false, saveUninitialized: false })

// With Express: app.use(sessions)
const server = createServer((request, response) => {
  sessions(request as never, response as never, () => {
    const { session } = request as unknown as { session: Session & { visits?: number } }
    session.visits = (session.visits ?? 0) + 1
    response.end(`visit ${session.visits}`)
  })
})
await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
// #endregion

const { port } = server.address() as { port: number }
const first = await fetch(`http://127.0.0.1:${port}`)
console.log(await first.text())
const [cookie = ''] = first.headers.getSetCookie()
const second = await fetch(`http://127.0.0.1:${port}`, { headers: { cookie } })
console.log(await second.text())

// #region end
server.close()
await store.close() // prunes no more, and leaves the pool open
await pool.end()
console.log('state:', pool.statepool.stats().state)
// #endregion
