// Requests and answers cross to the worker and back as lists, and are on the other side what they were.

import { expect, it } from 'vitest'
import { answerOfList, listOfAnswer, listOfRequest, requestOfList } from '../../src/db/sqlite/wire/lists.js'
import type { Answer, Request } from '../../src/db/sqlite/wire/messages.js'

const query = { sql: 'SELECT ?', parameters: [1, null, 2n, 'a', new Uint8Array([1])], chunk: 500 }

it.each<Request>([
  { id: 1, type: 'run', ...query },
  { id: 2, type: 'get', ...query, parameters: undefined },
  { id: 3, type: 'all', ...query, parameters: { a: 1 } },
  { id: 4, type: 'iterate', ...query },
  { id: 5, type: 'exec', sql: 'SELECT 1; SELECT 2' },
  { id: 6, type: 'more' },
  { id: 7, type: 'stop' },
  { id: 8, type: 'reset' },
  { id: 9, type: 'queryOnly', to: 'as before' },
  { id: 0, type: 'close' },
])('$type is asked of the worker as it was asked here', request => {
  const crossed = structuredClone(listOfRequest(request))
  expect(requestOfList(crossed)).toStrictEqual(request)
})

it.each<[string, Partial<Answer>]>([
  ['nothing', {}],
  ['rows, the last ones', { rows: { columns: ['a', 'b'], values: [1, 'b', null, 4n] } }],
  ['rows, with more to come', { rows: { columns: ['a'], values: [1] }, more: true }],
  ['a result', { result: { changes: 1, lastInsertRowid: 2n } }],
  ['an error', { error: { code: 'SQLITE_BUSY', message: 'database is locked', stale: 'one' } }],
  ['that the file was replaced', { moved: true }],
  ['an open transaction', { inTransaction: true }],
  ['all of these', { inTransaction: true, more: true, moved: true, rows: { columns: ['a'], values: [1] } }],
])('%s is answered here as the worker answered it', (_, given) => {
  const answer: Answer = { id: 7, inTransaction: false, more: false, moved: false, ...given }
  const crossed = structuredClone(listOfAnswer(answer))
  expect(answerOfList(crossed)).toEqual(answer)
})
