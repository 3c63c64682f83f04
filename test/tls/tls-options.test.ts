import { afterAll, describe, expect, test } from 'vitest'
import { checkListenOptions } from '../../src/http/listen-options.js'
import { serve } from '../../src/index.js'
import { Authority } from './certificates.js'

const authority = new Authority()
afterAll(() => authority.remove())
const { cert, key } = authority.issue('127.0.0.1')
const good = { cert, key }

const refusalOf = (tls: unknown, others = {}): string => {
  try {
    checkListenOptions({ port: 0, tls: tls as typeof good, ...others })
  } catch (error) {
    expect(error).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })
    return (error as Error).message
  }
  return 'none'
}

const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  cert: [undefined, null, '', 1, {}, [], 'no PEM', Buffer.alloc(0), Buffer.from('no PEM')],
  key: [undefined, null, '', 1, {}, [], 'no PEM', cert],
  passphrase: [null, 1, {}],
  ca: [null, '', 1, {}, [1], ['']],
  sni: [
    null,
    1,
    'x',
    { 'x.test': {} },
    { 'x.test': null },
    { 'x.test': { cert, key: 'no PEM' } },
    { 'x.test': { ...good, ca: cert } },
  ],
  minVersion: [null, '', 'TLSv1', 'TLSv1.1', 'tlsv1.3', 1.3],
  ciphers: [null, 1, 'no such cipher'],
  requestCert: [null, 0, 'yes'],
  rejectUnauthorized: [null, 0, 'no'],
  handshakeTimeoutMs: [null, NaN, 0, -1, Infinity, '1'],
}
const rows = Object.entries(WRONG).flatMap(([name, values]) => values.map((value) => ({ name, value })))

describe('TLS options', () => {
  test.each(rows)('$name: $value is refused', ({ name, value }) => {
    expect(refusalOf({ ...good, [name]: value })).toMatch(/tls|certificates|certificate/)
  })

  test.each([null, 1, 'x', []])('are no options at all: %j', (tls) => {
    expect(refusalOf(tls)).toContain('tls')
  })

  test('are refused when nobody knows their name', () => {
    expect(refusalOf({ ...good, certt: cert })).toContain('tls.certt')
  })

  test('refuse a key that is not that of the certificate', () => {
    expect(refusalOf({ cert, key: authority.issue('x.test').key })).toContain(
      'default certificate is not good',
    )
  })

  test('leave no choice of the read path but data', () => {
    expect(refusalOf(good, { readPath: 'onread' })).toContain('readPath')
    expect(refusalOf(good, { readPath: 'data' })).toBe('none')
  })

  test('leave no choice of the write path but stream', () => {
    expect(refusalOf(good, { writePath: 'direct' })).toContain('writePath')
    expect(refusalOf(good, { writePath: 'stream' })).toBe('none')
  })

  test('take text and bytes, and authorities one by one or many', () => {
    const bytes = { cert: Buffer.from(cert), key: new Uint8Array(Buffer.from(key)) }
    for (const ca of [undefined, authority.cert, Buffer.from(authority.cert), [authority.cert, cert]])
      expect(refusalOf({ ...bytes, ...(ca && { ca }), requestCert: true, minVersion: 'TLSv1.3' })).toBe(
        'none',
      )
  })

  test('that are wrong keep serve() from listening', async () => {
    const handler = (): void => undefined
    await expect(serve({ port: 0, handler, tls: { cert, key: 'x' } })).rejects.toMatchObject({
      code: 'CAL_ERR_OPTION',
    })
  })
})
