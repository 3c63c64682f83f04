import { expect, test } from 'vitest'
import { readRunOptions, UsageError } from '../../bench/suite/options.js'
import { scenarios } from '../../bench/suite/scenarios.js'

const namesOf = (some: readonly { readonly name: string }[] | undefined) => some?.map(({ name }) => name)

test('without options it is the classics, with the default subjects', () => {
  const options = readRunOptions([])
  expect(namesOf(options?.scenarios)).toEqual(['pipelined', 'single', 'browser', 'varied', 'idle'])
  expect(namesOf(options?.subjects)).toEqual(['floor', 'node-http', 'fastify', 'calandria'])
  expect(options).toMatchObject({ rounds: 5, seconds: 3, cores: [0, 1], markdown: false })
})

test('names and groups may be mixed, for scenarios and for subjects', () => {
  const options = readRunOptions(['--only', 'held,steady', '--subjects', 'uvloop,default'])
  expect(namesOf(options?.scenarios)).toEqual(['held', 'steady-30', 'steady-60', 'steady-90'])
  expect(namesOf(options?.subjects)).toEqual(['floor', 'node-http', 'fastify', 'calandria', 'uvloop'])
  expect(namesOf(readRunOptions(['--only', 'all'])?.scenarios)).toEqual(namesOf(scenarios))
})

test("anybody's server can be named by URL or by command", () => {
  const given = ['--subjects', 'none', '--subject-url', 'http://127.0.0.1:8080/x?y']
  const options = readRunOptions([...given, '--subject-command', 'node server.js --port {port}'])
  const [byUrl, byCommand] = options?.subjects ?? []
  expect(byUrl).toMatchObject({ name: '127.0.0.1:8080', isForeign: true })
  expect(byUrl?.url?.href).toBe('http://127.0.0.1:8080/x?y')
  const place = { port: 81, act: 'hello', node: 'node', directory: '/' } as const
  expect(byCommand?.launch(place)).toEqual({ command: 'node', args: ['server.js', '--port', '81'] })
})

test('--quick is short, and what else is said wins', () => {
  expect(readRunOptions(['--quick'])).toMatchObject({ rounds: 3, seconds: 1 })
  expect(readRunOptions(['--quick', '--rounds', '2'])).toMatchObject({ rounds: 2, seconds: 1 })
})

test.each([
  ['--only', 'nothing'],
  ['--subjects', 'apache'],
  ['--rounds', '0'],
  ['--seconds', 'x'],
  ['--load', 'ab'],
  ['--cores', '1'],
  ['--cores', '0,1,2'],
  ['--subject-url', 'ftp://127.0.0.1/'],
  ['--unknown', '1'],
])('%s %s makes no sense, and says so', (option, value) => {
  expect(() => readRunOptions([option, value])).toThrow(UsageError)
})
