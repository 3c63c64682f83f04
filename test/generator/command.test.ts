import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startDemo } from '../demo/demo-process.js'
import { ChildProgram, type RunningServer } from '../sockets/child-program.js'
import { expectResult } from './result-schema.js'

/** What `npx calandria-bench` runs; npm's `pretest` has built it. */
const COMMAND = 'dist/bench/command.js'
const SHORT = ['--duration', '200ms', '--warm-up', '50ms', '--connections', '2']

let demo: RunningServer
let url: string
const folder = mkdtempSync(join(tmpdir(), 'cal-command-'))

beforeAll(async () => {
  demo = await startDemo({ isShared: true })
  url = `http://127.0.0.1:${demo.address.port}`
})
afterAll(async () => {
  await demo.program.kill()
  rmSync(folder, { recursive: true })
})

interface Outcome {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

async function bench(...parameters: readonly string[]): Promise<Outcome> {
  const program = new ChildProgram(COMMAND, parameters)
  const { code } = await program.ended
  return { code, output: program.output, errors: program.errors }
}

/** Exit codes of a run whose responses were all good: a busy machine may make it doubt itself. */
const GOOD_OR_DOUBTED = [0, 3]

describe('calandria-bench', () => {
  test('prints JSON, as its schema has it, where nobody looks; and nothing else', async () => {
    const { code, output, errors } = await bench(...SHORT, '--depth', '4', `${url}/`)
    expect(GOOD_OR_DOUBTED).toContain(code)
    const result: unknown = JSON.parse(output)
    expectResult(result)
    expect(result.counts.failed).toBe(0)
    expect(result.counts.answered).toBeGreaterThan(0)
    expect(result.settings).toMatchObject({ connections: 2, depth: 4, durationMs: 200, warmUpMs: 50 })
    expect(code).toBe(result.validity.valid ? 0 : 3)
    expect(errors).toBe('')
  })

  test('prints text when it is asked, and writes the JSON into a file', async () => {
    const file = join(folder, 'result.json')
    const { output } = await bench(...SHORT, '--text', '-o', file, '--rate', '200', `${url}/`)
    expect(output).toContain('open loop, 200 requests/s planned')
    expect(output).toContain('40 of 40 requests answered well, 0 failed')
    expectResult(JSON.parse(readFileSync(file, 'utf8')))
  })

  test('asks as curl does', async () => {
    const file = join(folder, 'upload.txt')
    writeFileSync(file, 'two\nlines\n')
    for (const [data, expected] of [
      [['--data-binary', `@${file}`], 'two\nlines\n'],
      [['-d', `@${file}`], 'twolines'],
      [['-X', 'PUT', '-H', 'Content-Type: text/plain', '-d', 'x=1'], 'x=1'],
    ] as const) {
      const { output } = await bench(...SHORT, ...data, '--expect-body', expected, `${url}/echo`)
      const result: unknown = JSON.parse(output)
      expectResult(result)
      expect(result.errors.examples).toEqual([])
      expect(result.settings.requests[0]!.bodyBytes).toBe(expected.length)
    }
  })

  test('sends a mix', async () => {
    const mix = join(folder, 'mix.json')
    const requests = [
      { path: '/', weight: 3, expect: { body: 'Hello, World!' } },
      { path: '/echo', body: { a: 1 }, expect: { body: { a: 1 } } },
      { path: '/nowhere', expect: { status: 404 } },
    ]
    writeFileSync(mix, JSON.stringify({ requests }))
    const { output } = await bench(...SHORT, '--depth', '8', '--mix', mix, `${url}/`)
    const result: unknown = JSON.parse(output)
    expectResult(result)
    expect(result.errors.examples).toEqual([])
    expect(result.settings.requests).toHaveLength(3)
  })

  test('sweeps depths, with a result for each', async () => {
    const { output } = await bench(...SHORT, '--depth', '1,4', `${url}/`)
    const results = JSON.parse(output) as unknown[]
    for (const result of results) expectResult(result)
    expect(results).toMatchObject([{ depth: { mean: 1 } }, { depth: { mean: 4 } }])
    expect((await bench(...SHORT, '--text', '--depth', '1,4', `${url}/`)).output).toMatch(/depth +reached/)
  })

  test('ends with 1, or doubts, when responses are not what they should be', async () => {
    const wrong = await bench(...SHORT, '--expect-body', 'Hello', `${url}/`)
    expect(wrong.code).toBe(3) // not one good response: nothing was measured
    const { validity } = JSON.parse(wrong.output) as { validity: { reasons: { code: string }[] } }
    expect(validity.reasons.map(({ code }) => code)).toContain('NO_RESPONSES') // a busy machine may add its own
    const mix = join(folder, 'half.json')
    writeFileSync(mix, JSON.stringify({ requests: [{}, { path: '/nowhere' }] }))
    const half = await bench(...SHORT, '--mix', mix, `${url}/`)
    const result: unknown = JSON.parse(half.output)
    expectResult(result)
    expect(result.errors.requests.status).toBe(result.counts.failed)
    expect(half.code).toBe(result.validity.valid ? 1 : 3)
  })

  test.each([
    [['--rate', 'x', 'http://a/'], '--rate: "x" is no number'],
    [['--connections', '0', 'http://a/'], 'CAL_ERR_OPTION'],
  ])('%j ends with 2 and words that help', async (parameters, words) => {
    const { code, output, errors } = await bench(...parameters)
    expect([code, output]).toEqual([2, ''])
    expect(errors).toContain(words)
    expect(errors).toContain('--help')
  })

  test('ends with 4 when nobody listens', async () => {
    const { code, errors } = await bench(...SHORT, 'http://127.0.0.1:1/')
    expect(code).toBe(4)
    expect(errors).toContain('CAL_ERR_CONNECT')
    expect(errors).toContain('127.0.0.1:1')
  })

  test('says how it is used, and which version it is', async () => {
    expect(await bench('--help')).toMatchObject({
      code: 0,
      output: expect.stringContaining('--depth') as string,
    })
    expect((await bench('--version')).output).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it with the results so far, and code 130',
    async (signal) => {
      const server = createServer((_, response) => response.end('Hello'))
      onTestFinished(() => {
        server.closeAllConnections()
        server.close()
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      const where = `http://127.0.0.1:${port}/`
      const program = new ChildProgram(COMMAND, ['--duration', '60', '--warm-up', '0', where])
      await once(server, 'request')
      program.process.kill(signal)
      expect(await program.ended).toEqual({ code: 130, signal: null })
      const result: unknown = JSON.parse(program.output)
      expectResult(result)
      expect(result.interrupted).toBe(true)
      expect(result.counts.planned).toBeGreaterThan(0)
    },
  )
})
