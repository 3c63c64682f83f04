import { describe, expect, it } from 'vitest'
import { PathCache, type PathEntry } from '../../src/http/path-cache.js'
import { pathHash } from './parser/parsed-head.js'
import { get, VirtualServer } from './memory-client.js'

function lookup(cache: PathCache, path: string, hash = pathHash(path), around = ''): PathEntry {
  const bytes = Buffer.from(around + path + around, 'latin1')
  return cache.lookup(bytes, around.length, around.length + path.length, hash)
}

describe('PathCache', () => {
  it('gives the same entry for the same bytes, wherever they stand', () => {
    const cache = new PathCache()
    const entry = lookup(cache, '/a')
    expect(entry.path).toBe('/a')
    expect(lookup(cache, '/a', pathHash('/a'), 'xyz')).toBe(entry)
  })

  it('keeps the bytes themselves, not the buffer they were lent in', () => {
    const cache = new PathCache()
    const bytes = Buffer.from('/lent')
    const entry = cache.lookup(bytes, 0, bytes.length, pathHash('/lent'))
    bytes.fill('x')
    expect(lookup(cache, '/lent')).toBe(entry)
    expect(cache.lookup(bytes, 0, bytes.length, pathHash('/lent'))).not.toBe(entry)
  })

  it('tells paths of one hash apart by their bytes', () => {
    const cache = new PathCache()
    for (const path of ['/a', '/b', '/ab', '/a/', '/']) expect(lookup(cache, path, 7).path).toBe(path)
    expect(lookup(cache, '/a', 7).path).toBe('/a')
  })

  it('keeps the newer of two paths in one slot', () => {
    const cache = new PathCache()
    const older = lookup(cache, '/older', 5)
    const newer = lookup(cache, '/newer', 5)
    expect(lookup(cache, '/newer', 5)).toBe(newer)
    expect(lookup(cache, '/older', 5)).not.toBe(older)
  })

  it('keeps paths of 128 bytes, and hands out longer ones without keeping them', () => {
    const cache = new PathCache()
    const longestKept = `/${'p'.repeat(127)}`
    expect(lookup(cache, longestKept)).toBe(lookup(cache, longestKept))
    const long = `/${'p'.repeat(128)}`
    expect(lookup(cache, long).path).toBe(long)
    expect(lookup(cache, long)).not.toBe(lookup(cache, long))
    expect(lookup(cache, longestKept).path).toBe(longestKept)
  })

  it('is bounded: a hundred thousand paths leave at most 1,024 entries', () => {
    const cache = new PathCache()
    const paths = Array.from({ length: 100_000 }, (_, i) => `/p/${i}`)
    const entries = paths.map((path) => lookup(cache, path))
    const kept = paths.filter((path, i) => lookup(cache, path) === entries[i])
    expect(kept.length).toBeLessThanOrEqual(1024)
    expect(entries.every((entry, i) => entry.path === paths[i])).toBe(true)
  })

  it('starts an entry as never measured', () => {
    expect(lookup(new PathCache(), '/a')).toMatchObject({ averageMs: Infinity, fastRuns: 0 })
  })
})

describe('a path', () => {
  it('is told from its query, in every form of target', () => {
    const paths: string[] = []
    const { connect, run } = bound((path) => paths.push(path))
    connect().send(
      get('/a?b'),
      get('http://h/a?b'),
      get('https://h:1/a'),
      get('http://h'),
      get('http://h?q=/x'),
      'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    )
    run()
    expect(paths).toEqual(['/a', '/a', '/a', '/', '/', '*'])
  })

  it('of another request with the same hash, at the same place of the receive buffer, is never taken for it', () => {
    const [one, other] = ['/000uzx', '/00b2ad']
    expect(pathHash(one)).toBe(pathHash(other))
    const paths: string[] = []
    const { connect, run } = bound((path) => paths.push(path))
    for (const path of [one, other, one, other]) {
      connect().send(get(path))
      run()
    }
    expect(paths).toEqual([one, other, one, other])
  })

  it('shares what is known of its cost between origin form and absolute form', () => {
    // The first GET teaches that /slow takes 5 ms; so what is ready leaves before the absolute form of it runs.
    const writesBefore: number[] = []
    const virtual = new VirtualServer(
      (request, response) => {
        if (request.path === '/slow') {
          writesBefore.push(client.writes)
          virtual.clock.advance(5)
        }
        response.send(request.path)
      },
      { timeSliceMs: 1000 },
    )
    const client = virtual.connect()
    client.send(get('/slow'))
    virtual.run()
    client.send(get('/fast') + get('/fast'))
    virtual.run()
    client.send(get('/fast') + get('http://h/slow?x'))
    virtual.run()
    expect(writesBefore).toEqual([0, 3])
  })
})

function bound(seen: (path: string) => void): {
  connect: () => ReturnType<VirtualServer['connect']>
  run: () => void
} {
  const virtual = new VirtualServer((request, response) => {
    seen(request.path)
    response.send()
  })
  return { connect: () => virtual.connect(), run: () => virtual.run() }
}
