// A reset forgets prepared statements, without a word to anyone: their holder did nothing wrong.

import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'

describe.skipIf(mariadbMissing())('with resetOnRelease', () => {
  const { create, borrow } = useMysqlPool()

  it('the statements that a holder prepared are forgotten, and no warning blames the holder', async () => {
    const warnings: Error[] = []
    const hear = (warning: Error) => warnings.push(warning)
    process.on('warning', hear)
    try {
      const pool = create({ connectionLimit: 1, resetOnRelease: true })
      const known = ({ _statements }: object & { _statements?: { size: number } }) => _statements?.size
      const first = await borrow(pool)
      await first.promise().execute('SELECT ? AS one', [1])
      await first.promise().execute('SELECT ? AS two', [2])
      expect(known(first)).toBe(2)
      first.release()
      const second = await borrow(pool)
      expect(second).toBe(first)
      expect(known(second)).toBe(0)
      const [rows] = await second.promise().execute('SELECT ? AS one', [1])
      expect(rows).toEqual([{ one: 1 }])
      second.release()
      await borrow(pool).then(third => third.release())
      expect(warnings.filter(({ message }) => /release to the pool/.test(message))).toEqual([])
    } finally {
      process.off('warning', hear)
    }
  })
})
