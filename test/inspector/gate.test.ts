// Who may ask for what: names, origins, tokens and permissions.
import { describe, expect, it } from 'vitest'
import {
  mayControl,
  type Permissions,
  type Purpose,
  type RequestHead,
  refusalOf,
} from '../../src/inspector/gate.js'

const viewToken = 'a-token-that-views'
const controlToken = 'a-token-that-controls'
const viewing: Permissions = { hosts: [], viewToken, controlToken: undefined }
const controlling: Permissions = { hosts: [], viewToken, controlToken }

const head = (changes: Partial<RequestHead> = {}): RequestHead => ({
  method: 'GET',
  host: '127.0.0.1:4000',
  origin: undefined,
  authorization: `Bearer ${viewToken}`,
  isDeliberate: false,
  ...changes,
})

const refused = (changes: Partial<RequestHead>, purpose: Purpose = 'view', permissions = viewing) =>
  refusalOf(head(changes), purpose, permissions)?.code

describe('the name by which a browser came', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:4000',
    'localhost',
    'localhost:80',
    'LOCALHOST:4000',
    '[::1]:4000',
    '[::1]',
  ])('may be %s', host => expect(refused({ host })).toBeUndefined())

  it.each([
    'evil.example',
    'evil.example:4000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'localhost.',
    'localhost6',
    '127.1',
    '127.0.0.2',
    '0.0.0.0',
    '0x7f.0.0.1',
    '2130706433',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:0:0:1]',
    '127.0.0.1@evil.example',
    'evil.example#127.0.0.1',
    '127.0.0.1:4000, evil.example',
    ' ',
    '',
    undefined,
  ])('may not be %s, whatever it is for', host => {
    for (const purpose of ['file', 'view', 'control'] as const)
      expect(refused({ host }, purpose)).toBe('HOST')
  })

  it('may be one of the option hosts, exactly', () => {
    const permissions = { ...viewing, hosts: ['app.example.com'] }
    expect(refused({ host: 'app.example.com' }, 'view', permissions)).toBeUndefined()
    expect(refused({ host: 'App.Example.com:8443' }, 'view', permissions)).toBeUndefined()
    expect(refused({ host: 'x.app.example.com' }, 'view', permissions)).toBe('HOST')
    expect(refused({ host: '127.0.0.1' }, 'view', permissions)).toBeUndefined()
  })
})

describe('the page that a request comes from', () => {
  it('may be the inspector’s own', () => {
    expect(refused({ origin: 'http://127.0.0.1:4000' })).toBeUndefined()
    expect(refused({ host: 'localhost:4000', origin: 'http://localhost:4000' })).toBeUndefined()
  })

  it.each([
    'https://evil.example',
    'http://127.0.0.1:5173', // another program on this machine
    'http://localhost:4000', // the same machine by another name is another origin
    'http://127.0.0.1:4000.evil.example',
    'null',
    'file://',
    'chrome-extension://abc',
    '',
  ])('may not be %s', origin => {
    for (const purpose of ['file', 'view', 'control'] as const)
      expect(refused({ origin }, purpose)).toBe('ORIGIN')
  })

  it('may be at one of the option hosts, behind a proxy that changes the name', () => {
    const permissions = { ...viewing, hosts: ['app.example.com'] }
    expect(refused({ origin: 'https://app.example.com' }, 'view', permissions)).toBeUndefined()
    expect(refused({ origin: 'https://evil.example' }, 'view', permissions)).toBe('ORIGIN')
  })
})

describe('the token', () => {
  it('is needed to view, and not for the page’s own files', () => {
    expect(refused({ authorization: undefined })).toBe('NO_TOKEN')
    expect(refused({ authorization: undefined }, 'file')).toBeUndefined()
  })

  it.each([
    'Bearer wrong',
    `Bearer ${viewToken}x`,
    `Bearer ${viewToken.slice(1)}`,
    `Bearer ${viewToken.toUpperCase()}`,
    `Bearer ${'é'.repeat(9)}`,
  ])('is refused when it is wrong: %s', authorization => {
    expect(refused({ authorization })).toBe('WRONG_TOKEN')
  })

  it.each([viewToken, `Basic ${viewToken}`, `Bearer ${viewToken} x`, 'Bearer', 'Bearer '])(
    'is missing when the header is %s',
    authorization => expect(refused({ authorization })).toBe('NO_TOKEN'),
  )
})

describe('a control', () => {
  const deliberate = { isDeliberate: true }

  it('needs allowControl, the control token and the header', () => {
    const authorization = `Bearer ${controlToken}`
    expect(refused({ ...deliberate, authorization }, 'control', controlling)).toBeUndefined()
    expect(refused({ authorization }, 'control', controlling)).toBe('CONTROL_HEADER')
    expect(refused({ ...deliberate }, 'control', controlling)).toBe('CONTROL_OFF')
    expect(refused({ ...deliberate }, 'control', viewing)).toBe('CONTROL_OFF')
    expect(refused({ ...deliberate, authorization }, 'control', viewing)).toBe('WRONG_TOKEN')
    expect(refused({ ...deliberate, authorization: undefined }, 'control', controlling)).toBe('NO_TOKEN')
  })

  it('says which of the two is missing', () => {
    expect(refusalOf(head(deliberate), 'control', viewing)?.message).toContain('allowControl')
    expect(refusalOf(head(deliberate), 'control', controlling)?.message).toContain('viewUrl')
  })

  it('token views too', () => {
    expect(refused({ authorization: `Bearer ${controlToken}` }, 'view', controlling)).toBeUndefined()
    expect(mayControl(`Bearer ${controlToken}`, controlling)).toBe(true)
    expect(mayControl(`Bearer ${viewToken}`, controlling)).toBe(false)
    expect(mayControl('Bearer undefined', viewing)).toBe(false)
  })
})
