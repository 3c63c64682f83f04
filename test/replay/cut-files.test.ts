import { expect, test } from 'vitest'
import type { Handler } from '../../src/index.js'
import { checksum } from '../../src/io/recording/checksum.js'
import { BLOCK_HEAD, FILE_HEAD } from '../../src/io/recording/format.js'
import { printRecording, replay, type ReplayReport } from '../../src/testing.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, post } from '../sockets/requests.js'
import { SeededRandom } from '../sockets/seeded-random.js'
import { type MakeHandler, recordingBytes } from './recorded-server.js'

const makeHandler: MakeHandler = (reactor) => async (request, response) => {
  if (request.path === '/late') await reactor.sleep(1)
  response.send(await request.body.bytes())
}

function smallRecording(): Promise<Buffer> {
  return recordingBytes(makeHandler, { outputs: 'bytes' }, async (server) => {
    const client = await RawClient.connect(server)
    await client.send(get('/') + get('/late')).replies(2)
    await client.send(post('/', 'a body')).reply()
  })
}

function replayIt(recording: Uint8Array): Promise<ReplayReport> {
  return replay(recording, (reactor) => ({ handler: makeHandler(reactor) }))
}

/** Every error of a file that can't be read has one of our codes; anything else would be a fault of ours. */
async function outcome(recording: Uint8Array): Promise<ReplayReport | string> {
  try {
    return await replayIt(recording)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string' || !code.startsWith('CAL_ERR_')) throw error
    return code
  }
}

test('a file that is cut at any byte replays up to there, or is refused when it ends in its header', async () => {
  const recording = await smallRecording()
  const headerEnd = FILE_HEAD + BLOCK_HEAD + recording.readUInt32LE(FILE_HEAD)
  let eventsBefore = 0
  for (let length = 0; length < recording.length; length++) {
    const result = await outcome(recording.subarray(0, length))
    if (length < headerEnd) {
      expect(result).toBe('CAL_ERR_RECORDING')
      continue
    }
    expect(result).toMatchObject({ ending: 'cut' })
    const { events } = result as ReplayReport
    expect(events).toBeGreaterThanOrEqual(eventsBefore)
    eventsBefore = events
  }
  const whole = await replayIt(recording)
  expect(whole).toMatchObject({ ending: 'closed', requests: 3 })
  expect(eventsBefore).toBe(whole.events)
})

/** Where the lengths of the blocks stand. One that was changed may look like the end of a file that was cut. */
function lengthBytes(recording: Buffer): Set<number> {
  const places = new Set<number>()
  for (let at = FILE_HEAD; at < recording.length; at += BLOCK_HEAD + recording.readUInt32LE(at))
    for (let i = 0; i < 4; i++) places.add(at + i)
  return places
}

test('a file in which any byte was changed is refused; where it was a length, it may look cut', async () => {
  const recording = await smallRecording()
  const lengths = lengthBytes(recording)
  for (let at = 0; at < recording.length; at++) {
    const damaged = Buffer.from(recording)
    damaged[at] = damaged[at]! ^ 0x55
    const result = await outcome(damaged)
    if (!lengths.has(at)) expect(result).toMatch(/^CAL_ERR_RECORDING/)
  }
})

test('events that make no sense behind a checksum that fits end in a coded error, never in a hang', async () => {
  const recording = await smallRecording()
  const random = new SeededRandom('events that make no sense')
  const first = FILE_HEAD + BLOCK_HEAD + recording.readUInt32LE(FILE_HEAD)
  for (let run = 0; run < 300; run++) {
    const changed = Buffer.from(recording)
    const length = changed.readUInt32LE(first)
    const payload = changed.subarray(first + BLOCK_HEAD, first + BLOCK_HEAD + length)
    for (let i = random.below(4); i >= 0; i--) payload[random.below(length)] = random.below(256)
    changed.writeUInt32LE(checksum(payload), first + 4)
    await outcome(changed)
    try {
      for (const line of printRecording(changed)) expect(line).not.toBe('')
    } catch (error) {
      expect(error).toMatchObject({ code: 'CAL_ERR_RECORDING' })
    }
  }
})

test.each([
  ['nothing', Buffer.alloc(0), 'CAL_ERR_RECORDING'],
  ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(20)), 'CAL_ERR_RECORDING'],
  ['a later version', null, 'CAL_ERR_RECORDING_VERSION'],
])('%s is refused', async (_what, bytes, code) => {
  const recording = bytes ?? (await smallRecording())
  if (bytes === null) recording[FILE_HEAD - 1] = 2
  const handler: Handler = () => undefined
  await expect(replay(recording, { handler })).rejects.toMatchObject({ code })
  expect(() => [...printRecording(recording)]).toThrow(expect.objectContaining({ code }) as Error)
})

test('random bytes behind a valid beginning are refused', async () => {
  const recording = await smallRecording()
  const random = new SeededRandom('random bytes')
  const headerEnd = FILE_HEAD + BLOCK_HEAD + recording.readUInt32LE(FILE_HEAD)
  for (let run = 0; run < 50; run++) {
    const garbage = Buffer.concat([recording.subarray(0, headerEnd), random.bytes(random.below(300))])
    await outcome(garbage)
  }
})
