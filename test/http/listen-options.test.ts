import { describe, expect, it } from 'vitest'
import { checkListenOptions, type ListenOptions } from '../../src/http/listen-options.js'
import { Server } from '../../src/http/server.js'
import { serve } from '../../src/index.js'

function refusalOf(options: unknown): string {
  try {
    checkListenOptions(options as ListenOptions)
  } catch (error) {
    expect(error).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_OPTION' })
    return (error as Error).message
  }
  return 'none'
}

describe('where to listen', () => {
  it('is a port, a path, a descriptor, or nowhere', () => {
    const endpointOf = (options: ListenOptions): unknown => checkListenOptions(options).endpoint
    expect(endpointOf({ port: 1 })).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 1 })
    expect(endpointOf({ port: 1, host: '::' })).toEqual({ kind: 'tcp', host: '::', port: 1 })
    expect(endpointOf({ path: 'x' })).toEqual({ kind: 'unix', path: 'x', mode: null })
    expect(endpointOf({ path: 'x', mode: 0o660 })).toEqual({ kind: 'unix', path: 'x', mode: 0o660 })
    expect(endpointOf({ fd: 3 })).toEqual({ kind: 'inherited', fd: 3 })
    expect(endpointOf({ fd: 'systemd' })).toEqual({ kind: 'inherited', fd: 'systemd' })
    expect(endpointOf({})).toBeNull()
  })

  it.each([
    { port: 0, path: 'x' },
    { port: 0, fd: 3 },
    { path: 'x', fd: 3 },
    { port: 0, path: 'x', fd: 3 },
  ])('can be said in one way only: %j', (options) => {
    expect(refusalOf(options)).toContain('only one of port, path and fd')
  })

  it('is no host without a port, and no mode without a file', () => {
    expect(refusalOf({ host: '::' })).toContain('host')
    expect(refusalOf({ path: 'x', host: '::' })).toContain('host')
    expect(refusalOf({ mode: 0o600 })).toContain('mode')
    expect(refusalOf({ path: '\0x', mode: 0o600 })).toContain('mode')
  })

  it.each([null, '', 1, true, {}, [], 'a\0b', '\0a\0b', 'x'.repeat(108), 'ä'.repeat(54)])(
    'is no path: %j',
    (path) => {
      expect(refusalOf({ path })).toContain('path')
    },
  )

  it('may be a path of any length that fits while the socket is bound, too', () => {
    const longest = process.platform === 'linux' ? 107 : 103
    expect(refusalOf({ path: 'x'.repeat(longest) })).toBe('none')
    expect(refusalOf({ path: `/${'d'.repeat(longest - 8)}/x` })).toContain('too long') // bound as /d…/.cal-XXXXXX/s
  })

  it.each([null, NaN, -1, 1.5, '0660', 0o1000, {}])('has no mode %j', (mode) => {
    expect(refusalOf({ path: 'x', mode })).toContain('mode')
  })

  it.each([null, NaN, -1, 1.5, '3', 'Systemd', {}, 2 ** 31])('is no descriptor: %j', (fd) => {
    expect(refusalOf({ fd })).toContain('fd')
  })

  it('must be said to serve(), and need not be said to a server on other transports', async () => {
    const handler = (): void => undefined
    await expect(serve({ handler })).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
    const server = new Server({ handler })
    expect([server.address, server.location]).toEqual([null, null])
  })
})
