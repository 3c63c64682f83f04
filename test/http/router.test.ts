import { describe, expect, it } from 'vitest'
import { type Method, METHODS } from '../../src/http/methods.js'
import { type RouteHandler, Router } from '../../src/http/router.js'
import { request, VirtualServer } from './memory-client.js'
import type { Reply } from './reply-reader.js'

/** Answers with its name and the parameters of the route. */
const named =
  (name: string): RouteHandler =>
  (_request, response, parameters) =>
    response.send(`${name} ${JSON.stringify(parameters)}`)

/** One request through a router, over a connection. */
function ask(router: Router, method: string, target: string): Reply {
  const virtual = new VirtualServer(router.handler)
  const client = virtual.connect().send(request(method, target))
  virtual.run()
  const replies = client.replies([method])
  expect(replies).toHaveLength(1)
  expect(virtual.errors).toEqual([])
  return replies[0]!
}

const body = (router: Router, method: string, target: string): string => ask(router, method, target).body

describe('a route', () => {
  it('without parameters is found by its path, whatever the query', () => {
    const router = new Router().get('/', named('root')).get('/a/b', named('ab'))
    expect(body(router, 'GET', '/')).toBe('root {}')
    expect(body(router, 'GET', '/a/b?c=d')).toBe('ab {}')
  })

  it('names parts of the path, which it gets decoded', () => {
    const router = new Router().get('/users/:id', named('user')).get('/at/:lat-:long', named('at'))
    expect(body(router, 'GET', '/users/7')).toBe('user {"id":"7"}')
    expect(body(router, 'GET', '/users/a%20b')).toBe('user {"id":"a b"}')
    expect(body(router, 'GET', '/at/1-2')).toBe('at {"lat":"1","long":"2"}')
  })

  it('with a wildcard gets the rest of the path', () => {
    expect(body(new Router().get('/files/*', named('file')), 'GET', '/files/a/b.txt')).toBe(
      'file {"*":"a/b.txt"}',
    )
  })

  it('without parameters goes before one with', () => {
    const router = new Router()
      .get('/u/:id', named('any'))
      .get('/u/me', named('me'))
      .get('/u/*', named('rest'))
    expect(body(router, 'GET', '/u/me')).toBe('me {}')
    expect(body(router, 'GET', '/u/you')).toBe('any {"id":"you"}')
    expect(body(router, 'GET', '/u/you/too')).toBe('rest {"*":"you/too"}')
  })

  it('is for its method alone', () => {
    const router = new Router().get('/a', named('get')).post('/a', named('post')).put('/a', named('put'))
    router.patch('/a', named('patch')).delete('/a', named('delete'))
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(body(router, method, '/a')).toBe(`${method.toLowerCase()} {}`)
    }
  })

  it('may be for several methods, or for all but CONNECT', () => {
    const several = new Router().on(['LOCK', 'UNLOCK'], '/a', named('locks'))
    expect([body(several, 'LOCK', '/a'), body(several, 'UNLOCK', '/a')]).toEqual(['locks {}', 'locks {}'])
    const all = new Router().all('/a', named('all'))
    for (const method of METHODS.filter((name) => name !== '' && name !== 'CONNECT' && name !== 'HEAD')) {
      expect(body(all, method, '/a')).toBe('all {}')
    }
  })

  it('is not found under another spelling of its path', () => {
    const router = new Router().get('/a/b', named('ab'))
    for (const target of ['/a/b/', '/A/b', '/a//b', '/a', '//a/b', '/a/b/c'])
      expect(ask(router, 'GET', target).status).toBe(404)
  })

  it('is found by a target in absolute form', () => {
    expect(body(new Router().get('/a', named('a')), 'GET', 'http://h/a')).toBe('a {}')
  })

  it('with an escaped colon has that colon, and no parameter', () => {
    const router = new Router().get('/a/::verb', named('colon'))
    expect(body(router, 'GET', '/a/:verb')).toBe('colon {}')
    expect(ask(router, 'GET', '/a/x').status).toBe(404)
    expect(ask(router, 'GET', '/a/::verb').status).toBe(404)
  })
})

describe('HEAD', () => {
  it('goes to the GET route, and its reply has the length but not the body', () => {
    const router = new Router().get('/a', named('a')).get('/b/:c', named('b'))
    for (const target of ['/a', '/b/c']) {
      const reply = ask(router, 'HEAD', target)
      expect(reply.status).toBe(200)
      expect(reply.headers.get('content-length')).toBe(String(body(router, 'GET', target).length))
    }
  })

  it('has a route of its own where there is one', () => {
    const router = new Router()
      .get('/a', named('get'))
      .on('HEAD', '/a', (_request, response) => response.status(204).send())
    expect(ask(router, 'HEAD', '/a').status).toBe(204)
  })
})

describe('a path without a route', () => {
  it('is answered with 404 and the code', () => {
    const reply = ask(new Router().get('/a', named('a')), 'GET', '/b')
    expect(reply.status).toBe(404)
    expect(reply.body).toContain('CAL_ERR_HTTP_NOT_FOUND')
  })

  it('is answered by notFound() where that was set', () => {
    const router = new Router().notFound((asked, response) => response.status(404).send(`no ${asked.path}`))
    expect(ask(router, 'GET', '/b').body).toBe('no /b')
  })

  it('is answered with 404 when its percent-encoding is broken', () => {
    for (const target of ['/u/%', '/u/%zz', '/u/%c3%28', '/%', '/u/%E0%A4%A']) {
      const router = new Router().get('/u/:id', named('any'))
      expect([400, 404]).toContain(ask(router, 'GET', target).status)
    }
  })

  it('is not found among what every object has', () => {
    for (const target of ['/constructor', '/__proto__', '/toString']) {
      expect(ask(new Router().get('/a', named('a')), 'GET', target).status).toBe(404)
    }
  })
})

describe('a path with routes for other methods', () => {
  it('is answered with 405 and names them in Allow (RFC 9110 §15.5.6)', () => {
    const router = new Router()
      .get('/a', named('a'))
      .post('/a', named('a'))
      .put('/b', named('b'))
      .delete('/c/:d', named('c'))
    const allow = (target: string): string[] => {
      const reply = ask(router, 'PATCH', target)
      expect(reply.status).toBe(405)
      expect(reply.body).toContain('CAL_ERR_HTTP_METHOD_NOT_ALLOWED')
      return reply.headers.get('allow')!.split(', ').sort()
    }
    expect(allow('/a')).toEqual(['GET', 'HEAD', 'POST'])
    expect(allow('/b')).toEqual(['PUT'])
    expect(allow('/c/x')).toEqual(['DELETE'])
  })

  it('does not name HEAD twice', () => {
    const router = new Router().get('/a', named('a')).on('HEAD', '/a', named('a'))
    expect(ask(router, 'PUT', '/a').headers.get('allow')!.split(', ').sort()).toEqual(['GET', 'HEAD'])
  })
})

describe('a route that can’t be', () => {
  const thrownBy = (call: (router: Router) => unknown): unknown => {
    try {
      call(new Router().get('/taken', named('a')))
    } catch (error) {
      return error
    }
    return 'nothing'
  }

  it.each<[string, (router: Router) => unknown]>([
    ['taken', (router) => router.get('/taken', named('b'))],
    ['without a slash', (router) => router.get('a', named('a'))],
    ['empty', (router) => router.get('', named('a'))],
    ['no string', (router) => router.get(undefined as unknown as string, named('a'))],
    ['without a handler', (router) => router.get('/a', undefined as unknown as RouteHandler)],
    ['of an unknown method', (router) => router.on('BREW' as Method, '/a', named('a'))],
    ['of a method in lower case', (router) => router.on('get' as Method, '/a', named('a'))],
    ['of a method without a name', (router) => router.on('' as Method, '/a', named('a'))],
    ['of a method that is no string', (router) => router.on([1 as unknown as Method], '/a', named('a'))],
    ['an open regular expression', (router) => router.get('/:a(', named('a'))],
  ])('is refused with its code: %s', (_name, call) => {
    expect(thrownBy(call)).toMatchObject({ name: 'CalandriaTypeError', code: 'CAL_ERR_ROUTE' })
  })

  it('leaves the routes before it as they were', () => {
    const router = new Router().get('/taken', named('first'))
    expect(() => router.get('/taken', named('second'))).toThrow()
    expect(body(router, 'GET', '/taken')).toBe('first {}')
  })
})
