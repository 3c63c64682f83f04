import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readCommand, UsageError } from '../../bench/generator/command-options.js'
import { type LoadOptions } from '../../bench/generator/load-options.js'

const URL = 'http://server/'

async function options(...argv: readonly string[]): Promise<LoadOptions> {
  const command = await readCommand([...argv, URL])
  if (command.kind !== 'load') throw new Error(command.kind)
  return command.options
}

describe('a command line', () => {
  test('without options leaves everything to the library', async () => {
    expect(await readCommand([URL])).toEqual({
      kind: 'load',
      options: { url: URL, requests: [{ headers: [], expect: {} }] },
      depths: [1],
      output: { format: undefined, file: undefined, quiet: false },
    })
  })

  test('has numbers, times and lists', async () => {
    const given = await options(
      ...['--connections', '100', '--rate', '2.5', '--burst', '3', '--seed', '9', '--processes', '2'],
      ...['--duration', '10', '--warm-up', '500ms', '--ramp', '2m', '--timeout', '1.5s', '--cores', '1, 2'],
      ...['--requests-per-connection', '7', '--sources', '4', '--no-spin', '--unix-socket', '/x', '-k'],
    )
    expect(given).toMatchObject({
      connections: 100,
      rate: 2.5,
      burst: 3,
      seed: 9,
      processes: 2,
      durationMs: 10_000,
      warmUpMs: 500,
      rampMs: 120_000,
      timeoutMs: 1500,
      cores: [1, 2],
      requestsPerConnection: 7,
      sources: 4,
      spin: false,
      socketPath: '/x',
      tls: { insecure: true },
    })
  })

  test('has a request as curl has it', async () => {
    const given = await options(
      ...['-X', 'PUT', '-H', 'A: 1', '-H', 'B:2:3', '--data-binary', 'x'],
      ...['--expect-status', '200,201', '--expect-length', '2', '--expect-body', 'ok'],
    )
    expect(given.requests).toEqual([
      {
        method: 'PUT',
        headers: [
          ['A', '1'],
          ['B', '2:3'],
          ['Content-Type', 'application/x-www-form-urlencoded'],
        ],
        body: 'x',
        expect: { status: [200, 201], length: 2, body: 'ok' },
      },
    ])
  })

  test('reads files for bodies and authorities', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cal-options-')), 'x')
    onTestFinished(() => rmSync(join(file, '..'), { recursive: true }))
    writeFileSync(file, 'a\r\nb\n')
    expect((await options('--data-binary', `@${file}`)).requests![0]!.body).toEqual(Buffer.from('a\r\nb\n'))
    expect((await options('-d', `@${file}`)).requests![0]!.body).toEqual(Buffer.from('ab'))
    expect((await options('--cacert', file)).tls).toEqual({ ca: 'a\r\nb\n' })
  })

  test('asks for something else than a load', async () => {
    expect((await readCommand(['-h'])).kind).toBe('help')
    expect((await readCommand(['--version'])).kind).toBe('version')
    expect(await readCommand(['--calibrate', '--json'])).toMatchObject({
      kind: 'calibrate',
      output: { format: 'json' },
    })
  })

  test.each([
    [[], 'whom to load?'],
    [['--duration', '1h', URL], '--duration: "1h" is no time'],
    [['--depth', '1,x', URL], '--depth: "x" is no number'],
    [['--nonsense', URL], '--nonsense'],
    [[URL, URL], 'one URL, please'],
    [['-H', 'x', URL], "a header is 'Name: value'"],
    [['-d', 'x', '--data-binary', 'y', URL], 'either --data or --data-binary'],
    [['-d', '@/nowhere', URL], '--data: ENOENT'],
    [['--cacert', '/nowhere', URL], '--cacert: ENOENT'],
    [['--mix', '/nowhere.json', '-X', 'PUT', URL], '--request belongs into the file'],
    [['--json', '--text', URL], 'either --json or --text'],
    [['--calibrate', URL], 'leave out the URL'],
  ])('%j is refused', async (argv, words) => {
    const error: unknown = await readCommand(argv).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toContain(words)
  })

  test('names a mix that can’t be read', async () => {
    await expect(readCommand(['--mix', '/nowhere.json', URL])).rejects.toMatchObject({
      code: 'CAL_ERR_BENCH_MIX',
    })
  })
})
