import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { checksum, checksumOf, plainChecksum } from '../../src/io/recording/checksum.js'
import { Op } from '../../src/io/recording/format.js'
import { PACKAGE_VERSION } from '../../src/io/recording/package-version.js'
import { printRecording, replay } from '../../src/testing.js'
import { SeededRandom } from '../sockets/seeded-random.js'
import { handlerOfVector, VECTORS } from './vectors.js'

test('the checksum is CRC-32, with and without zlib’s own', () => {
  const known = Buffer.from('123456789')
  expect(plainChecksum(known)).toBe(0xcbf4_3926)
  expect(checksum(known)).toBe(0xcbf4_3926)
  const random = new SeededRandom('checksums')
  for (let run = 0; run < 50; run++) {
    const bytes = random.bytes(random.below(2000))
    const cut = random.below(bytes.length + 1)
    expect(plainChecksum(bytes)).toBe(crc32(bytes))
    expect(plainChecksum(bytes.subarray(cut), plainChecksum(bytes.subarray(0, cut)))).toBe(crc32(bytes))
    expect(checksumOf([bytes.subarray(0, cut), bytes.toString('latin1', cut)])).toBe(crc32(bytes))
  }
})

test('the checksum of a text longer than the scratch space is that of its bytes', () => {
  const bytes = Buffer.alloc(200_001, 'a text with \xff ')
  expect(checksumOf([bytes.toString('latin1')])).toBe(crc32(bytes))
})

test('recordings tell the version of the package', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect(PACKAGE_VERSION).toBe(version)
})

test.each(VECTORS)(
  'the recording %s, made once by that version of the format, still replays',
  async (name) => {
    const file = await readFile(new URL(`vectors/${name}.calrec`, import.meta.url))
    const report = await replay(file, (reactor) => ({ handler: handlerOfVector(reactor) }), {
      compare: 'outputs',
    })
    expect(report).toMatchObject({ ending: 'closed', connections: 3, requests: 6, responses: 7 })
    const lines = [...printRecording(file)].slice(2)
    expect(`${lines.join('\n')}\n`).toBe(
      await readFile(new URL(`vectors/${name}.txt`, import.meta.url), 'utf8'),
    )
  },
)

test('the page has every code of the format, under its name', async () => {
  const page = await readFile('docs/replay.md', 'utf8')
  const rows = [...page.matchAll(/^\| `([0-9a-f]{2})` \| (\w+) \|/gm)].map(([, code, name]) => [
    name,
    parseInt(code!, 16),
  ])
  const codes = Object.entries(Op).filter(([, code]) => typeof code === 'number')
  expect(rows).toEqual(codes)
})
