// Requests and answers as they cross: lists, because to write the name of a property and to read it costs as much as its value.

import type { Answer, Request, Rows, SqliteValue } from './messages.js'

/** A request: what comes third is `sql`, or the `to` of `queryOnly`. */
export type RequestList = readonly [
  id: number,
  type: Request['type'],
  text?: string,
  parameters?: unknown,
  chunk?: number,
]

/** An answer: its marks as bits, its rows, and what few answers have. */
export type AnswerList = readonly [
  id: number,
  marks: number,
  columns?: Rows['columns'] | undefined,
  values?: readonly SqliteValue[] | undefined,
  rest?: Pick<Answer, 'result' | 'error'>,
]

const inTransaction = 1
const more = 2
const moved = 4

export function listOfRequest(request: Request): RequestList {
  const { id, type } = request
  if ('chunk' in request) return [id, type, request.sql, request.parameters, request.chunk]
  if ('sql' in request) return [id, type, request.sql]
  return 'to' in request ? [id, type, request.to] : [id, type]
}

export function requestOfList([id, type, text, parameters, chunk]: RequestList): Request {
  switch (type) {
    case 'exec':
      return { id, type, sql: text } as Request
    case 'queryOnly':
      return { id, type, to: text } as Request
    case 'run':
    case 'get':
    case 'all':
    case 'iterate':
      return { id, type, sql: text, parameters, chunk } as Request
    default:
      return { id, type }
  }
}

export function listOfAnswer(answer: Answer): AnswerList {
  const { id, rows, result, error } = answer
  const marks =
    (answer.inTransaction ? inTransaction : 0) | (answer.more ? more : 0) | (answer.moved ? moved : 0)
  if (result !== undefined || error !== undefined) return [id, marks, undefined, undefined, { result, error }]
  return rows === undefined ? [id, marks] : [id, marks, rows.columns, rows.values]
}

export function answerOfList([id, marks, columns, values, rest]: AnswerList): Answer {
  return {
    id,
    inTransaction: (marks & inTransaction) !== 0,
    more: (marks & more) !== 0,
    moved: (marks & moved) !== 0,
    rows: columns === undefined || values === undefined ? undefined : { columns, values },
    result: rest?.result,
    error: rest?.error,
  }
}
