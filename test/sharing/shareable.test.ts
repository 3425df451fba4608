// Which statements of PostgreSQL may share a connection, as far as their text tells. A wrong no costs time, a wrong yes costs data.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayShareText } from '../../src/db/pg/driver/shareable.js'

describe('may share', () => {
  it.each([
    'select 1',
    '  SELECT * FROM orders WHERE id = $1::int AND place=$2;  ',
    "insert into note (text) values ('begin; set temp; it''s in a string')",
    'update a set b = $1 returning c',
    'delete from a where b = $1',
    'merge into a using b on a.id = b.id when matched then delete',
    'with s as (select 1) select * from s',
    'table orders',
    'values (1), (2)',
    '-- first: begin;\nselect 1',
    '/* it\'s */ select 1 /* "x" */',
    'select "order; column" from t',
    "select $$begin; set$$, $tag$ it's $$ here $tag$",
    'select 1 -- one; two',
  ])('%s', text => expect(mayShareText(text)).toBe(true))
})

describe('may not share', () => {
  it.each([
    'begin',
    'set search_path = a',
    'select 1; begin',
    'explain select 1',
    "select set_config('a.b', 'c', false)",
    "select pg_catalog.set_config('a.b', 'c', false)",
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_xact_lock_shared(1)',
    'start transaction',
    'set local a.b = 1',
    'reset all',
    'discard temp',
    'listen c',
    'unlisten *',
    'copy a to stdout',
    'declare c cursor with hold for select 1',
    'select 1 into temp t',
    'select 1 into temporary table t',
    'prepare p as select 1',
    'execute p',
    'deallocate all',
    'lock table a',
    'do $$ begin end $$',
    'call p()',
    'select lo_create(0)',
    'select lo_from_bytea(0, $1)',
    "select pg_create_logical_replication_slot('s', 'pgoutput', true)",
    "select query_to_xml('select set_config(''a.b'', ''c'', false)', true, true, '')",
    'explain analyze select 1',
    'vacuum',
    'table pg_temp.t',
    'select * into copied from orders',
    'create temp table t ()',
    'select lastval()',
    '',
    // The words that count are where a quick look does not see them.
    "select \"set_config\"('a.b', 'c', false)",
    `select "pg_catalog"."set_config"('a.b', 'c', false)`,
    "select U&\"set\\005fconfig\"('a.b', 'c', false)",
    "select 1 -- it's one\n; begin -- isn't it",
    "select 1 /* it's one */; begin /* isn't it */",
    'select 1 -- say "one\n; begin -- and "two',
    'select 1 /* a $$ */; begin -- $$',
    "select E'\\''; begin; select '",
    'select 1 /* a * b /* nested */ ; begin */',
    'select $A$ x $a$, $A$ ; begin -- $A$',
    "select 'never ends; begin",
    'select a$b$; begin; select c$b$',
  ])('%s', text => expect(mayShareText(text)).toBe(false))

  it('anything behind a semicolon, however the parts before it are written', () => {
    const piece = fc.oneof(
      fc.constantFrom(' ', '\n', ', ', "'a'", "'it''s'", '"n"', '$$x$$', '$t$y$t$', '$1', ' a '),
      fc.stringMatching(/^[a-z '"$;]{0,5}$/).map(text => `-- ${text}\n`),
      fc.stringMatching(/^[a-z '"$;]{0,5}$/).map(text => `/* ${text} */`),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(piece, { maxLength: 6 }), (before, after) => {
        expect(mayShareText(`select 1 ${before.join('')} ; begin ${after.join('')}`)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })
})
