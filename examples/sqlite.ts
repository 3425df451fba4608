// A shop on SQLite: one writer, four readers, each in a thread of its own. Run it with `npx tsx examples/sqlite.ts`.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'shop-'))
const filename = join(folder, 'shop.db')

// #region shop
import { createSqlitePool } from 'statepool/sqlite'

const db = createSqlitePool({ filename, readers: 4 })

await db.use(writer =>
  writer.exec(`
    create table orders (id integer primary key, customer integer not null);
    create table items (order_id integer not null references orders, sku text not null);
  `),
)

await db.transaction(async writer => {
  const { lastInsertRowid } = await writer.run('insert into orders (customer) values (?)', [7])
  await writer.run('insert into items (order_id, sku) values (:order, :sku)', {
    order: lastInsertRowid,
    sku: 'tea',
  })
})

const orders = await db.use(reader => reader.all('select * from orders where customer = ?', [7]), {
  readOnly: true,
})
console.log('orders:', orders)
// #endregion

const sql = 'with recursive n(i) as (select 1 union all select i + 1 from n) select i from n'

// #region too-long
const signal = AbortSignal.timeout(1_000) // for example, that of an HTTP request
try {
  await db.use(reader => reader.all(sql, [], { timeout: 100, signal }), { readOnly: true })
} catch (error) {
  console.log((error as { code: string }).code) // SQLITE_INTERRUPT
}
// #endregion

await db.close()
rmSync(folder, { recursive: true })
