import { describe, expect, test } from 'vitest'
import type { RequestPattern } from '../../bench/generator/load-options.js'
import { renderRequest } from '../../bench/generator/rendered-request.js'

const url = new URL('http://server:81/path?query')
const render = (pattern: RequestPattern): string =>
  renderRequest(pattern, url, 'the request').bytes.toString('latin1')

describe('a request', () => {
  test('is the least that HTTP asks for', () => {
    expect(render({})).toBe('GET /path?query HTTP/1.1\r\nHost: server:81\r\n\r\n')
  })

  test('has the headers in the order in which they were given', () => {
    expect(
      render({
        headers: [
          ['B', '1'],
          ['A', '2'],
          ['B', '3'],
        ],
      }),
    ).toBe('GET /path?query HTTP/1.1\r\nHost: server:81\r\nB: 1\r\nA: 2\r\nB: 3\r\n\r\n')
  })

  test('may have a Host of its own', () => {
    expect(render({ headers: [['hOST', 'other']] })).toBe('GET /path?query HTTP/1.1\r\nhOST: other\r\n\r\n')
  })

  test('with a body is a POST, unless it says otherwise, and has its length in bytes', () => {
    expect(render({ path: '/', body: 'é' })).toBe(
      'POST / HTTP/1.1\r\nHost: server:81\r\nContent-Length: 2\r\n\r\n\xc3\xa9',
    )
    expect(render({ method: 'PUT', body: Uint8Array.of(0, 255) })).toMatch(/^PUT .*\r\n\r\n\0\xff$/s)
    expect(render({ body: '' })).toContain('Content-Length: 0\r\n')
  })

  test.each<[RequestPattern, string]>([
    [{ method: 'GE T' }, 'the method "GE T" is no token'],
    [{ method: '' }, 'the method "" is no token'],
    [{ method: 'CONNECT' }, 'CONNECT opens a tunnel'],
    [{ path: 'x' }, 'the path must begin with /'],
    [{ path: '/a b' }, 'the path must begin with /'],
    [{ path: '/a\r\nX: 1' }, 'the path must begin with /'],
    [{ headers: [['A:', '1']] }, 'the header name "A:" is no token'],
    [{ headers: [['A', '1\r\nB: 2']] }, 'the value of the header A'],
    [{ headers: [['A', ' 1']] }, 'the value of the header A'],
    [{ headers: [['content-length', '3']] }, "content-length is the generator's own"],
    [{ headers: [['Transfer-Encoding', 'chunked']] }, "Transfer-Encoding is the generator's own"],
    [{ weight: 0 }, 'the weight must be above 0'],
    [{ weight: NaN }, 'the weight must be above 0'],
    [{ weight: Infinity }, 'the weight must be above 0'],
    [{ expect: { status: 100 } }, 'an expected status is a whole number from 200 to 599'],
    [{ expect: { status: [] } }, 'an expected status is a whole number from 200 to 599'],
    [{ expect: { length: 1.5 } }, 'the expected length must be a whole number'],
    [{ expect: { body: 'four', length: 5 } }, 'the expected body has 4 bytes, and 5 are expected'],
  ])('%j is refused', (pattern, words) => {
    let error: unknown
    try {
      render(pattern)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'CAL_ERR_OPTION' })
    expect((error as Error).message).toContain(`the request: ${words}`)
  })
})
