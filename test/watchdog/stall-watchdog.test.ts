import { readFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { runInThisContext } from 'node:vm'
import { expectNoStall, Reactor, type ServerStallReport, type StallReport, StallWatchdog } from 'calandria'
import { describe, expect, it, test } from 'vitest'
import { ChildProgram, type RunningServer, startProgram } from '../sockets/child-program.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'

const PROGRAMS = 'test/watchdog/programs/'
const start = (limitMs: number, reportsPerMinute = 10): Promise<RunningServer> =>
  startProgram(`${PROGRAMS}watched-demo.mjs`, [String(limitMs), String(reportsPerMinute)])

/** The reports that a program has printed until now. */
function reportsOf({ output }: ChildProgram): ServerStallReport[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as ServerStallReport)
}

interface Statistics {
  readonly stalls: number
  readonly reports: number
  readonly isWatching: boolean
}

/** Has everything reported that was seen. */
async function settle(server: RunningServer): Promise<Statistics> {
  const client = await RawClient.connect(server)
  const reply = await client.send(get('/settle')).reply()
  client.end()
  return JSON.parse(String(reply.body)) as Statistics
}

function hold(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('a server with a watchdog', () => {
  it('names the handler that blocks, its file and line, its request, and the replies that waited', async () => {
    const server = await start(25)
    const client = await RawClient.connect(server)
    await client.send(get('/') + get('/block/400') + get('/')).replies(3)
    await settle(server)
    // a machine that pauses the process for longer than the limit is a stall too, and may come before
    const report = reportsOf(server.program).find(({ request }) => request?.path === '/block/400')
    expect(report).toMatchObject({
      limitMs: 25,
      request: { method: 'GET', path: '/block/400' },
      suppressed: 0,
    })
    expect(report!.heldMs).toBeGreaterThanOrEqual(400) // it held the loop for so long, by the same clock
    const { functionName, file, line } = report!.culprit!
    expect([functionName, file.split('/').slice(-2).join('/')]).toEqual(['block', 'examples/demo-routes.ts'])
    const source = (await readFile(file, 'utf8')).split('\n')
    expect(source[line - 1]).toContain('while (reactor.clock.now() < end)')
    expect(report!.stack).toContain(`at block (${file}:${line}:`)
  })

  it.each(['/late/request', '/late/response', '/late/this'])(
    'finds the request of %s, which blocks behind an await, among the variables',
    async (path) => {
      const server = await start(25)
      const client = await RawClient.connect(server)
      await client.send(get(path)).reply()
      await settle(server)
      const report = reportsOf(server.program).find(({ culprit }) => culprit?.functionName === 'hold')
      expect(report?.request).toEqual({ method: 'GET', path })
    },
  )

  it('names no request where nobody works for one', async () => {
    const server = await start(25)
    const client = await RawClient.connect(server)
    await client.send(get('/late/nobody')).reply()
    await settle(server)
    const report = reportsOf(server.program).find(({ culprit }) => culprit?.functionName === 'hold')
    expect(report).toMatchObject({ request: null, repliesHeld: 0 })
  })

  it("runs nobody's code when it looks at the variables", async () => {
    const server = await start(25)
    const client = await RawClient.connect(server)
    const { headers, body } = await client.send(get('/late/traps')).reply()
    await settle(server)
    expect([String(body), headers.has('trapped')]).toEqual(['true', false])
    const report = reportsOf(server.program).find(({ culprit }) => culprit?.functionName === 'hold')
    expect(report).toBeDefined()
  })

  it('reports nothing when nothing stalls', async () => {
    const server = await start(5000)
    const client = await RawClient.connect(server)
    await client.send(get('/').repeat(500) + get('/block/20')).replies(501)
    expect(await settle(server)).toMatchObject({ stalls: 0, reports: 0, isWatching: true })
    expect(reportsOf(server.program)).toEqual([])
  })

  it('reports so many stalls a minute, counts the others, and survives a listener that throws', async () => {
    const server = await start(25, 2)
    const client = await RawClient.connect(server)
    for (const ms of [301, 302, 303, 304]) await client.send(get(`/block/${ms}`)).reply()
    const { stalls, reports } = await settle(server)
    expect(stalls).toBeGreaterThanOrEqual(4)
    expect(reports).toBe(2)
    expect(reportsOf(server.program)).toHaveLength(2)
  })

  it('survives the crash of its thread, and watches on with another', async () => {
    const server = await start(25)
    const client = await RawClient.connect(server)
    await client.send(get('/crash')).reply()
    expect(await settle(server)).toMatchObject({ isWatching: true })
    await client.send(get('/block/400')).reply()
    await settle(server)
    const paths = reportsOf(server.program).map(({ request }) => request?.path)
    expect(paths).toContain('/block/400')
  })

  it('lets the process end by itself when the server is closed', async () => {
    const server = await start(25)
    const client = await RawClient.connect(server)
    await client.send(get('/exit')).reply()
    client.end()
    expect(await server.program.ended).toEqual({ code: 0, signal: null })
  })
})

describe('a watchdog without a server', () => {
  const run = async (how: string): Promise<ChildProgram> => {
    const program = new ChildProgram(`${PROGRAMS}no-server.mjs`, [how])
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(program.errors).toBe('')
    return program
  }

  it('does not keep the process alive', async () => {
    expect((await run('nothing')).output).toContain('done')
  })

  it('does not hold process.exit() in the middle of a report', async () => {
    const program = new ChildProgram(`${PROGRAMS}no-server.mjs`, ['exit'])
    expect(await program.ended).toEqual({ code: 0, signal: null })
    // Node says this itself when its end finds a debugger connected; the watching thread lets go at once.
    expect(program.errors).toMatch(/^(?:Waiting for the debugger to disconnect\.\.\.\n)?$/)
  })

  it('names the function that held the loop', async () => {
    const reports = reportsOf(await run('stall'))
    expect(reports.map(({ culprit }) => culprit?.functionName)).toContain('holdTheLoop')
  })

  it('measures the turns of its reactor, and leaves it alone when closed', async () => {
    const reactor = new Reactor()
    const watchdog = new StallWatchdog({ reactor, limitMs: 5000 })
    await new Promise<void>((resolve) => reactor.post(resolve))
    await new Promise<void>((resolve) => reactor.post(resolve))
    expect(watchdog.statistics().turns.count).toBeGreaterThanOrEqual(1)
    expect(() => new StallWatchdog({ reactor })).toThrow('watched already')
    await watchdog.close()
    expect(watchdog.statistics().isWatching).toBe(false)
    await new StallWatchdog({ reactor }).close()
  })

  it('closed a second time, leaves the one alone that watches now', async () => {
    const reactor = new Reactor()
    const first = new StallWatchdog({ reactor })
    await first.close()
    const second = new StallWatchdog({ reactor })
    await first.close()
    expect(() => new StallWatchdog({ reactor })).toThrow('watched already')
    await second.close()
  })

  it('says that it came late where native code could not be interrupted, and that it did not where JavaScript was', async () => {
    const reports: StallReport[] = []
    const watchdog = new StallWatchdog({
      limitMs: 25,
      onStall: (report) => reports.push(report),
      reportsPerMinute: 100,
    })
    await watchdog.ready()
    execFileSync('sleep', ['0.5'])
    await watchdog.settled()
    expect(reports.map(({ isLate }) => isLate)).toContain(true)
    reports.length = 0
    // The machine may pause the thread in the moment in which it is asked, but not each time.
    for (let i = 0; i < 50 && !reports.some(({ isLate, culprit }) => !isLate && culprit !== null); i++) {
      hold(100)
      await watchdog.settled()
    }
    expect(reports.filter(({ isLate }) => !isLate).map(({ culprit }) => culprit?.functionName)).toContain(
      'hold',
    )
    await watchdog.close()
  })

  it('reports a frame whose source map names no file of this system', async () => {
    const reports: StallReport[] = []
    const watchdog = new StallWatchdog({ limitMs: 25, onStall: (report) => reports.push(report) })
    await watchdog.ready()
    const url = 'file://elsewhere/share/code.js'
    const call = runInThisContext('(hold) => hold(300)', { filename: url }) as (work: typeof hold) => void
    call(hold)
    await watchdog.settled()
    expect(watchdog.statistics().isWatching).toBe(true)
    const files = reports.flatMap(({ frames }) => (frames ?? []).map(({ file }) => file))
    expect(files).toContain(url)
    await watchdog.close()
  })

  it('tells the instruments of its reactor of a stall, and then its own listener', async () => {
    const reactor = new Reactor()
    const told: string[] = []
    reactor.instrument({ stalled: (_now, { stall }) => told.push(`instrument: stall ${stall}`) })
    const watchdog = new StallWatchdog({
      reactor,
      limitMs: 25,
      onStall: ({ stall }) => told.push(`listener: stall ${stall}`),
    })
    await watchdog.ready()
    hold(300)
    await watchdog.settled()
    await watchdog.close()
    expect(told.slice(0, 2)).toEqual(['instrument: stall 1', 'listener: stall 1'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('the listener')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the listener'))],
  ])('warns of an onStall that %s, and goes on watching', async (_how, onStall: () => unknown) => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    let told = 0
    const watchdog = new StallWatchdog({ limitMs: 25, onStall: () => (told++, onStall() as undefined) })
    await watchdog.ready()
    hold(300)
    await watchdog.settled()
    const before = told
    expect(before).toBeGreaterThanOrEqual(1)
    expect((await warned).message).toBe('onStall threw: Error: the listener')
    hold(300)
    await watchdog.settled()
    expect(told).toBeGreaterThan(before)
    await watchdog.close()
  })

  test.each([
    { limitMs: 0 },
    { limitMs: NaN },
    { limitMs: Infinity },
    { limitMs: 2 ** 31 },
    { reportsPerMinute: 0 },
    { onStall: 1 },
  ])('refuses %o', (options) => {
    const make = (): unknown => new StallWatchdog(options as object)
    expect(make).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }) as Error)
  })
})

describe('expectNoStall', () => {
  it('gives what the work gives, when it holds nothing up', async () => {
    await expect(expectNoStall(() => Promise.resolve(7), { limitMs: 5000 })).resolves.toBe(7)
  })

  it('rejects with CAL_ERR_STALL and names the code that has held the loop', async () => {
    const work = expectNoStall(() => hold(300), { limitMs: 25 })
    const error = expect.objectContaining({ code: 'CAL_ERR_STALL' }) as Error
    await expect(work).rejects.toEqual(error)
    await expect(work).rejects.toThrow(/held for \d+ ms \(limit: 25 ms\) by hold /)
  })

  it('rejects with CAL_ERR_STALL_UNWATCHED where no thread may be started: it could not say that nothing was held', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission'
    const program = new ChildProgram(`${PROGRAMS}unwatched.mjs`, [], {
      environment: { NODE_OPTIONS: `${flag} --allow-fs-read=*` },
    })
    expect(await program.ended).toMatchObject({ code: 0 })
    expect(program.output).toBe('CAL_ERR_STALL_UNWATCHED\n')
  })

  it('gives on what the work throws', async () => {
    await expect(
      expectNoStall(() => {
        throw new Error('the work failed')
      }),
    ).rejects.toThrow('the work failed')
  })
})
