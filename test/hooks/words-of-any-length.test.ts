// Whatever a hook throws, the rest of the pool's text stays as it is; and of several hosts, each one's words stay at home.
import { expect, it } from 'vitest'
import { ConnectError, LendError, NoHostError } from '../../src/core/errors.js'
import { withoutHookWords } from '../../src/core/hook-words.js'

const refused = (thrown: unknown) => new LendError('connection-3', 2, thrown)

it.each<[string, unknown, string]>([
  ['an empty text', '', 'string'],
  ['a full stop', new Error('.'), 'Error'],
  ['a letter', 'a', 'string'],
  ['a word that the pool has, too', new Error('on'), 'Error'],
])('%s is replaced where the pool quotes it, and nowhere else', (_, thrown, kind) => {
  const error = refused(thrown)
  const { message } = error
  const quoted = `connection-3: ${String(thrown instanceof Error ? thrown.message : thrown).replace(/\.$/, '')}.`
  expect(message).toContain(quoted)
  expect(withoutHookWords(message, error)).toBe(message.replace(quoted, `connection-3: ${kind}.`))
})

it("what the hooks of two hosts threw is in neither one's text", () => {
  const down = (host: string) => {
    const cause = new Error(`token of ${host}`)
    const lastError = new ConnectError(
      'CONNECT_FAILED',
      host,
      `the pool's onConnect threw: ${cause.message}`,
      { cause },
    )
    return { host, state: 'down' as const, lasted: 5, lastError }
  }
  const error = new NoHostError('primary', 0, [down('db1'), down('db2')])
  expect(error.message).toContain('token of db2')
  expect(withoutHookWords(error.message, error)).not.toMatch(/token of/)
})
