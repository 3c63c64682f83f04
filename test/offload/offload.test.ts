import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeOffload, offload, OffloadPool, Reactor, Scope } from 'calandria'
import { afterEach, describe, expect, it, onTestFinished, test } from 'vitest'
import { ChildProgram } from '../sockets/child-program.js'

const WORK = new URL('programs/work.mjs', import.meta.url)
const coded = (code: string): unknown => expect.objectContaining({ code })

afterEach(closeOffload)

function makePool(workers: number, queue: number): OffloadPool {
  const pool = new OffloadPool(new Reactor(), { workers, queue })
  onTestFinished(() => pool.close())
  return pool
}

/** A file in a folder of its own that is gone after the test: workers write their process's number into it. */
async function pidFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'calandria-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'pid')
}

async function fileWritten(file: string): Promise<string> {
  let text = ''
  while (text === '') text = await readFile(file, 'utf8').catch(() => '')
  return text
}

async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return status !== null && !status.includes(') Z ')
}

describe.each(['thread', 'process'] as const)('work offloaded to a %s', (kind) => {
  it('runs elsewhere and gives its result, again and again', async () => {
    for (let value = 0; value < 15; value++)
      expect(await offload(WORK, { what: 'double', value }, { kind })).toBe(2 * value)
    const where = (await offload(WORK, { what: 'where' }, { kind })) as { isMainThread: boolean; pid: number }
    expect(kind === 'thread' ? !where.isMainThread : where.pid !== process.pid).toBe(true)
  })

  it('rejects with what it throws, as an error, and its worker goes on', async () => {
    const failed = offload(WORK, { what: 'throw' }, { kind })
    await expect(failed).rejects.toBeInstanceOf(Error)
    await expect(failed).rejects.toMatchObject({ name: 'RangeError', message: 'the work failed' })
    expect(await offload(WORK, { what: 'double', value: 4 }, { kind })).toBe(8)
  })

  it.each([
    ['its fields', 'throw with fields', { code: 'ENOENT', errno: -2, path: '/no/such/file' }],
    ['its cause', 'throw with a cause', { name: 'TypeError', cause: { message: 'the inner' } }],
    [
      'its errors',
      'throw several',
      { name: 'AggregateError', errors: [{ name: 'RangeError', message: 'one' }, { message: 'two' }] },
    ],
    ['what of it can be sent', 'throw what can not be sent', { name: 'RangeError', code: 'ESOME' }],
    ['a message, though it is none', 'throw a symbol', { message: 'the work threw a value of type symbol' }],
  ])('rejects with what it throws, with %s, and its worker goes on', async (_what, what, like) => {
    const failed = offload(WORK, { what }, { kind })
    await expect(failed).rejects.toBeInstanceOf(Error)
    await expect(failed).rejects.toMatchObject(like)
    expect(await offload(WORK, { what: 'double', value: 4 }, { kind })).toBe(8)
  })

  it.each([null, undefined])('rejects with an error when it throws %s, which is no result', async (value) => {
    const failed = offload(WORK, { what: 'throw nothing', value }, { kind })
    await expect(failed).rejects.toBeInstanceOf(Error)
    await expect(failed).rejects.toThrow(String(value))
  })

  it.each([
    ['has no default export', 'nothing.mjs', 'has no function as its default export'],
    ['does not exist', 'nowhere.mjs', 'nowhere.mjs'],
  ])('rejects with what is wrong when its module %s, and the next one runs', async (_what, name, message) => {
    await expect(offload(new URL(`programs/${name}`, import.meta.url), 1, { kind })).rejects.toThrow(message)
    expect(await offload(WORK, { what: 'double', value: 9 }, { kind })).toBe(18)
  })

  it.each(['common.cjs', 'compiled.cjs'])('may be a CommonJS module: %s', async (name) => {
    expect(await offload(new URL(`programs/${name}`, import.meta.url), 4, { kind })).toBe(8)
  })

  it.each(['exit', 'crash'])(
    'is reported when its worker ends by %s, and the next gets a new one',
    async (what) => {
      const pool = makePool(1, 10)
      const crashed = pool.run(WORK, { what }, { kind })
      const behind = pool.run(WORK, { what: 'double', value: 5 }, { kind })
      await expect(crashed).rejects.toEqual(coded('CAL_ERR_OFFLOAD_CRASHED'))
      expect(await behind).toBe(10)
    },
  )

  it('ends when it is cancelled, though it never gives its thread back, and lets the next one run', async () => {
    const file = await pidFile()
    const pool = makePool(1, 10)
    const cancel = new AbortController()
    const work = pool.run(WORK, { what: 'forever', file }, { kind, signal: cancel.signal })
    const behind = pool.run(WORK, { what: 'double', value: 6 }, { kind })
    const rejected = expect(work).rejects.toThrow('not wanted any more')
    const pid = await fileWritten(file)
    cancel.abort(new Error('not wanted any more'))
    await rejected
    if (kind === 'process') expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
    expect(await behind).toBe(12)
  })

  const unsendable: readonly (readonly [string, unknown])[] = [
    ['a function', () => undefined],
    ...(kind === 'process' ? ([['shared memory', new SharedArrayBuffer(8)]] as const) : []),
  ]
  it.each(unsendable)('is refused when its input is %s, and the next one runs', async (_name, value) => {
    const pool = makePool(1, 10)
    for (const before of [0, 1]) {
      await expect(pool.run(WORK, { what: 'double', value }, { kind })).rejects.toMatchObject({
        name: 'CalandriaTypeError',
        code: 'CAL_ERR_OFFLOAD_INPUT',
      })
      expect(await pool.run(WORK, { what: 'double', value: before }, { kind })).toBe(2 * before)
    }
  })

  it('is reported as crashed when its result can not be sent, and the next one runs', async () => {
    const pool = makePool(1, 10)
    await expect(pool.run(WORK, { what: 'unsendable' }, { kind })).rejects.toEqual(
      coded('CAL_ERR_OFFLOAD_CRASHED'),
    )
    expect(await pool.run(WORK, { what: 'double', value: 3 }, { kind })).toBe(6)
  })

  it('does not outlive the scope of a coroutine that has waited for it', async () => {
    const file = await pidFile()
    const pool = makePool(1, 10)
    const running = Scope.run(new Reactor(), async (scope) => {
      const { signal } = scope
      void scope.spawn(function* () {
        yield pool.run(WORK, { what: 'forever', file }, { kind, signal })
      })
      await fileWritten(file)
      scope.cancel()
    })
    await running
    if (kind === 'process') expect(await isAlive(Number(await readFile(file, 'utf8')))).toBe(false)
    expect(await pool.run(WORK, { what: 'double', value: 7 }, { kind })).toBe(14)
  })

  it('ends when its time is over', async () => {
    const work = offload(WORK, { what: 'forever' }, { kind, timeoutMs: 1 })
    await expect(work).rejects.toEqual(coded('CAL_ERR_OFFLOAD_TIMEOUT'))
  })

  it('is rejected when the workers are closed, which ends them', async () => {
    const pool = makePool(1, 1)
    const results = [1, 2].map(() => pool.run(WORK, { what: 'forever' }, { kind }))
    const rejected = results.map((result) => expect(result).rejects.toEqual(coded('CAL_ERR_OFFLOAD_CLOSED')))
    await new Promise((resolve) => setImmediate(resolve))
    await pool.close()
    await Promise.all(rejected)
    await expect(pool.run(WORK, 1)).rejects.toEqual(coded('CAL_ERR_OFFLOAD_CLOSED'))
  })
})

describe('the process that offloads', () => {
  it.each(['exit', 'stubborn', 'cancelled'])('takes its workers with it when it exits: %s', async (how) => {
    const file = await pidFile()
    const program = new ChildProgram('test/offload/programs/leaving.mjs', [how, file])
    expect(await program.ended).toEqual({ code: 0, signal: null })
    const pid = Number(await readFile(file, 'utf8'))
    while (await isAlive(pid)); // it was told to end; the test's bound is the only clock here
  })

  it('waits for a result, and is not held by an idle worker', async () => {
    const program = new ChildProgram('test/offload/programs/leaving.mjs', ['idle'])
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(program.output).toBe('42\n')
  })
})

test('what is handed over is not copied', async () => {
  const value = new ArrayBuffer(1000)
  expect(await offload(WORK, { what: 'length', value }, { transferList: [value] })).toBe(1000)
  expect(value.byteLength).toBe(0)
})

test('nor is a result that is', async () => {
  const pool = makePool(1, 10)
  expect(await pool.run(WORK, { what: 'make', value: 1000 })).toMatchObject({ byteLength: 1000 })
  expect(await pool.run(WORK, { what: 'made' })).toBe(0)
})

test('the queue is bounded, and what was cancelled in it makes room', async () => {
  const pool = makePool(1, 1)
  const cancel = new AbortController()
  await pool.run(WORK, { what: 'double', value: 1 })
  const running = expect(pool.run(WORK, { what: 'forever' })).rejects.toEqual(coded('CAL_ERR_OFFLOAD_CLOSED'))
  const waiting = pool.run(WORK, { what: 'double', value: 1 }, { signal: cancel.signal })
  const rejected = expect(waiting).rejects.toThrow('aborted')
  await expect(pool.run(WORK, { what: 'double', value: 1 })).rejects.toEqual(
    coded('CAL_ERR_OFFLOAD_QUEUE_FULL'),
  )
  cancel.abort()
  await rejected
  const inItsPlace = expect(pool.run(WORK, 1)).rejects.toEqual(coded('CAL_ERR_OFFLOAD_CLOSED'))
  await new Promise((resolve) => setImmediate(resolve))
  await pool.close()
  await Promise.all([running, inItsPlace])
})

test.each([{ kind: 'fibre' }, { timeoutMs: -1 }, { signal: {} }, { kind: 'process', transferList: [] }])(
  'options such as %o are refused',
  async (options) => {
    await expect(offload(WORK, 1, options as object)).rejects.toEqual(coded('CAL_ERR_OPTION'))
  },
)

test('a module that is no file is refused, and so are a pool without workers and a queue below 0', async () => {
  await expect(offload('./work.js', 1)).rejects.toEqual(coded('CAL_ERR_OPTION'))
  expect(() => new OffloadPool(new Reactor(), { workers: 0 })).toThrow('workers')
  expect(() => new OffloadPool(new Reactor(), { queue: -1 })).toThrow('queue')
})

test('a process that was killed while it was idle is replaced', async () => {
  const pool = makePool(1, 10)
  const { pid } = (await pool.run(WORK, { what: 'where' }, { kind: 'process' })) as { pid: number }
  process.kill(pid, 'SIGKILL')
  const exists = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  while (exists()) await new Promise((resolve) => setImmediate(resolve))
  expect(await pool.run(WORK, { what: 'double', value: 8 }, { kind: 'process' })).toBe(16)
})

test('closing waits for what is being cancelled, also a process that does not want to end', async () => {
  const file = await pidFile()
  const pool = makePool(1, 10)
  const cancel = new AbortController()
  const work = pool.run(WORK, { what: 'stubborn', file }, { kind: 'process', signal: cancel.signal })
  const rejected = expect(work).rejects.toThrow('aborted')
  const pid = Number(await fileWritten(file))
  cancel.abort()
  await pool.close()
  expect(await isAlive(pid)).toBe(false)
  await rejected
})

test('Node suspects no leak, however many share a signal', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error): number => warnings.push(warning)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const { signal } = new AbortController()
  const pools = Array.from({ length: 12 }, () => makePool(1, 20))
  const results = pools.map((pool) => pool.run(WORK, { what: 'double', value: 1 }, { signal }))
  expect(await Promise.all(results)).toEqual(pools.map(() => 2))
  await new Promise((resolve) => setImmediate(resolve)) // warnings are told in a tick of their own
  expect(warnings).toEqual([])
})

test('input whose getter throws is CAL_ERR_OFFLOAD_INPUT, and so is a port that is not handed over', async () => {
  const { port1 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const trap = {
    get value(): number {
      throw new Error('not yet')
    },
  }
  for (const input of [trap, { port1 }])
    await expect(offload(WORK, input)).rejects.toEqual(coded('CAL_ERR_OFFLOAD_INPUT'))
})

test('what is to be handed over twice is refused', async () => {
  const buffer = new ArrayBuffer(8)
  const transferList = [buffer, buffer]
  await expect(offload(WORK, { buffer }, { transferList })).rejects.toEqual(coded('CAL_ERR_OPTION'))
})

test('closing twice at once: both wait for the workers', async () => {
  const file = await pidFile()
  const work = offload(WORK, { what: 'stubborn', file }, { kind: 'process' })
  const rejected = expect(work).rejects.toEqual(coded('CAL_ERR_OFFLOAD_CLOSED'))
  const pid = Number(await fileWritten(file))
  void closeOffload()
  await closeOffload()
  expect(await isAlive(pid)).toBe(false)
  await rejected
})
