// The inspector inside an Express application.

import type { AddressInfo } from 'node:net'
import express from 'express'
import { createPool } from 'statepool'
import { inspector } from 'statepool/inspector'
import { simulated } from 'statepool/simulated'

await using pool = createPool(simulated({ connectLatency: 5 }), { min: 1 })
await pool.ready()
const app = express()

// #region mount
const page = await inspector(pool, {
  port: false, // no server of its own
  base: '/admin/pool', // where it is mounted
  hosts: ['admin.example.com'], // by which name browsers come, besides localhost
  token: process.env.INSPECTOR_TOKEN, // the same after each restart
})
app.use('/admin/pool', page.node)
console.log('The pool: https://admin.example.com/admin/pool/#token=…')
// #endregion

const server = app.listen(0, '127.0.0.1')
await new Promise(resolve => server.once('listening', resolve))
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const [path, token] = page.url.split('#token=')
const view = await fetch(`${address}${path}stream`, { headers: { authorization: `Bearer ${token}` } })
console.log(path, view.status, view.headers.get('content-type'))
await view.body?.cancel()
await page.close()
server.close()
