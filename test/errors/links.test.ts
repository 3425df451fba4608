// Each error and each warning leads to its section of docs/errors.md, which is in the package; a message inside another one does not.

import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { warn } from '../../src/core/platform.js'
import { asMysql2Error } from '../../src/db/mysql2/drop-in/errors.js'
import { asCallersError } from '../../src/db/pg/drop-in/errors.js'
import {
  AcquireTimeoutError,
  ConnectError,
  DatabaseDownError,
  OptionsError,
  PoolClosedError,
  PoolError,
  type PoolErrorCode,
  QueueFullError,
} from '../../src/index.js'
import { plainError } from '../../src/recorder/notice.js'

const link = 'statepool/docs/errors.md#'
const refused = new ConnectError('CONNECT_FAILED', 'db:5432', 'refused')
const evidence = {
  waited: 5,
  position: 1,
  firstPosition: 1,
  waiting: 1,
  total: 0,
  max: 1,
  holders: [],
  connecting: 0,
  connectingFor: 0,
  failedConnects: 1,
  lastConnectError: refused,
  lastValidationError: undefined,
  paused: false,
  deadlocked: [],
}

/** How often a text says where to read on. */
const count = (text: string): number => text.split(link).length - 1

it('leads from the message of an error to the section of its code', () => {
  const error = new OptionsError('max', 0, 'max must be at least 1.')
  expect(error.message).toBe('max must be at least 1.\n  See statepool/docs/errors.md#options_invalid')
  expect(error.docs).toBe('statepool/docs/errors.md#options_invalid')
})

it('has a section for each link, on a page that is in the package', () => {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] }
  const [path = '', anchor] = refused.docs.replace('statepool/', '').split('#')
  expect(files).toContain(path)
  const anchors = [...readFileSync(path, 'utf8').matchAll(/^### (\w+)$/gm)].map(([, title = '']) =>
    title.toLowerCase(),
  )
  expect(anchors).toContain(anchor)
  const codes: PoolErrorCode[] = ['ACQUIRE_TIMEOUT', 'LEASE_REVOKED']
  for (const code of codes) {
    const error = new (class extends PoolError {})(code, 'It failed.')
    expect(anchors).toContain(error.docs.split('#')[1])
  }
})

it.each([
  new DatabaseDownError(1, refused),
  new AcquireTimeoutError(5, evidence),
  new QueueFullError(1, evidence),
])('quotes another error without its link: $name', error => {
  expect(error.message).toContain('refused')
  expect(count(error.message)).toBe(1)
  expect(error.message.endsWith(`\n  See ${error.docs}`)).toBe(true)
})

it('keeps links out of recordings, and so of the inspector’s page', () => {
  expect(plainError(refused).message).toMatch(/the pool keeps trying\.$/)
})

describe('the drop-ins', () => {
  it('for pg say what pg.Pool says first, and the link last', () => {
    const { message, docs } = asCallersError(new AcquireTimeoutError(5, evidence)) as PoolError
    expect(message).toMatch(/^Connection terminated due to connection timeout\. No connection became free/)
    expect(message.endsWith(`\n  See ${docs}`)).toBe(true)
    expect(count(message)).toBe(1)
  })

  it('for mysql2 say exactly what its pool says, and have the link as a field', () => {
    const error = asMysql2Error(new PoolClosedError('The pool is closed.')) as PoolError
    expect(error.message).toBe('Pool is closed.')
    expect(error.docs).toBe(`${link}pool_closed`)
  })
})

it('leads from a warning to the section of its code', () => {
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => emit.mockRestore())
  warn('Something is odd.', 'PoolLeakWarning', 'STATEPOOL_LEAK', 'at here')
  const text = `Something is odd.\n  See ${link}statepool_leak`
  expect(emit).toHaveBeenCalledWith(text, {
    type: 'PoolLeakWarning',
    code: 'STATEPOOL_LEAK',
    detail: 'at here',
  })
})
