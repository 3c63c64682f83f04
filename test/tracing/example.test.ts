import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ChildProgram } from '../sockets/child-program.js'
import { outline, readTrace, slicesOf } from './trace-rules.js'

test('the example records the demo on real sockets, and writes a trace that keeps the rules', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'calandria-trace-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'trace.json')
  const program = new ChildProgram('build/examples/trace.js', ['--out', file])
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(program.errors).toBe('')
  const trace = readTrace(await readFile(file, 'utf8'))
  expect(trace.otherData.eventsLost).toBe(0)
  const tracks = trace.traceEvents.filter(({ name }) => name === 'thread_name')
  expect(tracks.map(({ args }) => args!['name'])).toContainEqual(
    expect.stringMatching(/^connection \d+ from (::ffff:)?127\.0\.0\.1$/),
  )
  const stories = tracks.flatMap(({ tid }) => slicesOf(trace, tid).map(outline))
  const reads = stories.filter((story) => /^read \[parse batch \[GET \/.*\bflush\b/.test(story))
  expect(reads).toHaveLength(6) // one of each client
  expect(trace.traceEvents.filter(({ name }) => name === 'stall').length).toBeGreaterThanOrEqual(1)
})
