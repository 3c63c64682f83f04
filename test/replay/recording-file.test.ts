import { readFile } from 'node:fs/promises'
import type * as fs from 'node:fs'
import { beforeEach, expect, test, vi } from 'vitest'
import type { CalandriaError } from '../../src/index.js'
import { RecordingFile } from '../../src/io/recording/recording-file.js'
import { recordingPath } from './recorded-server.js'

type Writev = typeof fs.writev

/** What stands for `writev`; `null`: the real one. */
let instead: Writev | null = null
beforeEach(() => (instead = null))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>()
  const writev = ((...parameters: Parameters<Writev>) => (instead ?? real.writev)(...parameters)) as Writev
  return { ...real, writev }
})

type Done = (error: NodeJS.ErrnoException | null, written: number, buffers: NodeJS.ArrayBufferView[]) => void

async function writeAll(file: RecordingFile, pieces: readonly string[]): Promise<string> {
  for (const piece of pieces) file.append(Buffer.from(piece))
  file.end()
  await file.closed
  return readFile(file.path, 'latin1')
}

test('what is appended is written in order, also what came before the file was open', async () => {
  const file = new RecordingFile(await recordingPath(), () => expect.unreachable())
  file.append(Buffer.from('early '))
  await file.opened
  expect(await writeAll(file, ['one ', 'two ', 'three'])).toBe('early one two three')
  expect(file.bytesWaiting).toBe(0)
  file.append(Buffer.from('too late'))
  expect(await readFile(file.path, 'latin1')).toBe('early one two three')
})

test('a write that takes a part goes on with the rest', async () => {
  const { writev } = await vi.importActual<typeof fs>('node:fs')
  instead = ((fd: number, [first]: readonly Uint8Array[], position: number, done: Done) => {
    writev(fd, [first!.subarray(0, 3)], position, done)
  }) as Writev
  const file = new RecordingFile(await recordingPath(), () => expect.unreachable())
  expect(await writeAll(file, ['abcdefgh', 'ijk', '', 'lmnopqrstuvw'])).toBe('abcdefghijklmnopqrstuvw')
})

test('a disk that fails is told once, and the file is closed', async () => {
  instead = ((_fd: number, _pieces: unknown, _position: number, done: Done) => {
    setImmediate(() => done(Object.assign(new Error('full'), { code: 'ENOSPC' }), 0, []))
  }) as unknown as Writev
  const failures: CalandriaError[] = []
  const file = new RecordingFile(await recordingPath(), (error) => failures.push(error))
  await file.opened
  file.append(Buffer.from('one'))
  file.append(Buffer.from('two'))
  await file.closed
  expect(failures).toMatchObject([{ code: 'CAL_ERR_RECORD_FILE', cause: { code: 'ENOSPC' } }])
  expect(file.bytesWaiting).toBe(0)
})
