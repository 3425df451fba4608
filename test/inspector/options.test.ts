// What the inspector can be told, and what it says to what it cannot.
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/index.js'
import { inspector } from '../../src/inspector/index.js'
import { parseInspectorOptions } from '../../src/inspector/options.js'
import { systemsOf } from '../../src/inspector/pools.js'
import { quickPool } from './support.js'

const refused: [object, string][] = [
  [{ prot: 1 }, 'inspector has no option "prot"; did you mean port?'],
  [
    { port: 65_536 },
    'port must be an integer from 0 (any free port) to 65535, or false for no server; got 65536.',
  ],
  [{ port: true }, 'got true'],
  [{ host: '' }, 'host must be an address to listen on'],
  [{ host: 'http://localhost' }, 'host must be an address'],
  [{ hosts: 'app.example.com' }, 'hosts must be a list of names without ports'],
  [{ hosts: ['app.example.com:80'] }, 'hosts must be a list of names without ports'],
  [{ hosts: ['*'] }, 'hosts must be a list'],
  [{ base: 'pools' }, "base must be a path that begins with a slash, such as '/pools'"],
  [{ base: '//evil.example' }, 'base must be a path'],
  [{ allowControl: 'yes' }, 'allowControl must be true or false; got "yes".'],
  [{ token: 'short' }, 'token must be a text of 16 to 200'],
  [{ token: 'with spaces in between' }, 'token must be a text of 16'],
  [{ controlToken: 'a-token-that-is-long' }, 'controlToken must be left out unless allowControl is true'],
  [
    { allowControl: true, token: 'a-token-that-is-long', controlToken: 'a-token-that-is-long' },
    'controlToken must be another one than token',
  ],
  [{ history: -1 }, 'history must be an integer from 0 to 100000; got -1.'],
  [{ history: 1.5 }, 'history must be an integer'],
  [{ switches: [{ name: 'x' }] }, 'set of the switch "x" must be a function'],
  [{ switches: [{ name: ' ', set() {} }] }, 'each with a name that is not empty'],
  [{ switches: [1, 2].map(() => ({ name: 'x', set() {} })) }, 'a list of switches with different names'],
]

describe('an option', () => {
  it.each(refused)('that is wrong is refused: %j', (options, message) => {
    expect(() => parseInspectorOptions(options)).toThrow(OptionsError)
    expect(() => parseInspectorOptions(options)).toThrow(message)
  })

  it.each(['short', 'hunter2 and spaces'])('that is a secret is not shown: %s', token => {
    expect(() => parseInspectorOptions({ token })).toThrow(/^(?!.*(short|hunter2))/s)
  })

  it('that is left out has a default that lets nobody in', () => {
    const { host, hosts, base, controlToken, viewToken } = parseInspectorOptions()
    expect({ host, hosts, base, controlToken }).toEqual({
      host: '127.0.0.1',
      hosts: [],
      base: '/',
      controlToken: undefined,
    })
    expect(Buffer.from(viewToken, 'base64url')).toHaveLength(32)
    expect(parseInspectorOptions().viewToken).not.toBe(viewToken)
    const both = parseInspectorOptions({ allowControl: true })
    expect(both.controlToken).not.toBe(both.viewToken)
  })
})

describe('the pools', () => {
  it('may be one, many, a drop-in, and the two of SQLite; each is shown once', () => {
    const [one, two] = [quickPool({ min: 0 }), quickPool({ min: 0 })]
    const names = (given: Parameters<typeof systemsOf>[0]) => systemsOf(given).map(({ parts }) => parts.name)
    expect(names(one)).toEqual([one.name])
    expect(names([one, two, one])).toEqual([one.name, two.name])
    expect(names({ statepool: one })).toEqual([one.name])
    expect(names({ write: one, read: two })).toEqual([one.name, two.name])
    for (const pool of [one, two]) void pool.close()
  })

  it.each([undefined, null, {}, 7, 'postgres://web:secret@db', [{}], { actor: {} }])(
    'are refused if they are none: %j',
    async given => {
      await expect(inspector(given as never)).rejects.toThrow(
        'pools must be a pool of this copy of statepool',
      )
      await expect(inspector(given as never)).rejects.toThrow(/^(?!.*secret)/s)
    },
  )
})

describe('the server', () => {
  it('says when its port is taken', async () => {
    await using pool = quickPool({ min: 0 })
    await using first = await inspector(pool)
    await expect(inspector(pool, { port: first.port })).rejects.toThrow('EADDRINUSE')
  })

  it('has an address that a browser understands', async () => {
    await using pool = quickPool({ min: 0 })
    await using everywhere = await inspector(pool, { host: '0.0.0.0' })
    expect(everywhere.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=/)
    await using mounted = await inspector(pool, { port: false, base: '/a/b' })
    expect(mounted.url).toMatch(/^\/a\/b\/#token=/)
  })
})
