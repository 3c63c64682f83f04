import { describe, expect, test } from 'vitest'
import { type LoadOptions } from '../../bench/generator/load-options.js'
import { planLoad, settingsOf } from '../../bench/generator/plan-load.js'
import { shareOf } from '../../bench/generator/load-plan.js'

const plan = (options: Partial<LoadOptions>) => planLoad({ url: 'http://127.0.0.1:8080/', ...options })

describe('the options of a load', () => {
  test.each<[Partial<LoadOptions>, object]>([
    [{}, { kind: 'tcp', host: '127.0.0.1', port: 8080, tls: null }],
    [{ url: 'http://server' }, { kind: 'tcp', host: 'server', port: 80, tls: null }],
    [{ url: 'http://[::1]:81/' }, { kind: 'tcp', host: '::1', port: 81, tls: null }],
    [{ url: 'https://server/' }, { kind: 'tcp', host: 'server', port: 443, tls: { servername: 'server' } }],
    [{ socketPath: '/run/x' }, { kind: 'unix', path: '/run/x', tls: null }],
    [
      { url: 'https://server/', tls: { insecure: true, servername: 'other' } },
      { kind: 'tcp', host: 'server', port: 443, tls: { insecure: true, servername: 'other' } },
    ],
  ])('%j say whom to connect to', (options, target) => {
    expect(plan(options).target).toEqual(target)
  })

  test('stand in the result as numbers and lengths', () => {
    const options = { url: 'http://127.0.0.1/x', requests: [{ body: 'four' }], seed: 7 }
    const settings = settingsOf(planLoad(options), options)
    expect(settings).toMatchObject({
      url: 'http://127.0.0.1/x',
      connections: 10,
      depth: 1,
      rate: null,
      seed: 7,
    })
    expect(settings.requests).toEqual([
      { method: 'POST', target: '/x', headBytes: 56, bodyBytes: 4, weight: 1 },
    ])
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings)
  })

  test.each<[Partial<LoadOptions>, string]>([
    [{ url: 'server' }, 'url: "server" is no URL'],
    [{ url: 'ftp://server/' }, 'url: http and https can be asked, not ftp:'],
    [{ url: 'http://me:secret@server/' }, 'url: say who you are by a header'],
    [{ connections: 0 }, 'connections must be a whole number from 1'],
    [{ depth: 1.5 }, 'depth must be a whole number'],
    [{ rate: 0 }, 'rate must be above 0'],
    [{ rate: NaN }, 'rate must be above 0'],
    [{ burst: 2 }, 'burst needs a rate'],
    [{ durationMs: 0 }, 'durationMs must be a number of milliseconds from 1'],
    [{ warmUpMs: -1 }, 'warmUpMs must be'],
    [{ timeoutMs: 3_600_001 }, 'timeoutMs must be'],
    [{ processes: 11 }, "11 of them can't share 10 connections"],
    [{ requests: [] }, 'a mix has 1 to 4096 requests'],
    [{ requests: [{}, { path: 'x' }] }, 'request 2 of the mix: the path'],
    [{ cores: [-1] }, 'cores must be'],
    [{ sources: 2, url: 'http://192.0.2.1/' }, 'sources: only a server on 127.0.0.x'],
    [{ tls: { insecure: true } }, 'tls: the URL is not https'],
    [{ url: 'https://server/', tls: { ca: 'x' } }, 'tls.ca must be PEM'],
    [{ requestsPerConnection: 0 }, 'requestsPerConnection must be'],
    [{ seed: -1 }, 'seed must be'],
  ])('%j are refused', (options, words) => {
    let error: unknown
    try {
      plan(options)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'CAL_ERR_OPTION', name: 'CalandriaTypeError' })
    expect((error as Error).message).toContain(words)
  })
})

test('connections are shared among processes, none left over', () => {
  expect([0, 1, 2].map((process) => shareOf(10, process, 3))).toEqual([4, 3, 3])
})
