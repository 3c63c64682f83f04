import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseMix, readMix } from '../../bench/generator/mix-file.js'

const files: Readonly<Record<string, string>> = { 'upload.bin': 'from a file' }
const readBody = (path: string): Promise<Uint8Array> => {
  const text = files[path]
  return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(Buffer.from(text))
}
const parse = (mix: unknown) => parseMix(typeof mix === 'string' ? mix : JSON.stringify(mix), readBody)

describe('a mix', () => {
  test('has requests with methods, paths, heads, bodies, weights and what is expected', async () => {
    const requests = await parse({
      requests: [
        {},
        {
          method: 'PUT',
          path: '/a',
          headers: { Accept: 'x', Cookie: ['a=1', 'b=2'] },
          body: 'text',
          weight: 3,
          expect: { status: 201, length: 2, body: 'ok' },
        },
        { bodyFile: 'upload.bin', expect: { status: [200, 404], bodyFile: 'upload.bin' } },
        { body: { json: true } },
      ],
    })
    const file = Buffer.from('from a file')
    expect(requests).toEqual([
      {},
      {
        method: 'PUT',
        path: '/a',
        headers: [
          ['Accept', 'x'],
          ['Cookie', 'a=1'],
          ['Cookie', 'b=2'],
        ],
        body: 'text',
        weight: 3,
        expect: { status: 201, length: 2, body: 'ok' },
      },
      { body: file, expect: { status: [200, 404], body: file } },
      { body: '{"json":true}' },
    ])
  })

  test('finds its files beside itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cal-mix-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'body.txt'), 'beside')
    writeFileSync(join(folder, 'mix.json'), '{"requests":[{"bodyFile":"body.txt"}]}')
    expect(await readMix(join(folder, 'mix.json'))).toEqual([{ body: Buffer.from('beside') }])
    await expect(readMix(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'CAL_ERR_BENCH_MIX' })
  })

  test.each<[unknown, string]>([
    ['{', 'it is no JSON'],
    [[], 'the mix must be an object'],
    [{ request: [] }, 'the mix has "request", which is none of requests'],
    [{ requests: [] }, 'requests must be a list with at least one request'],
    [{ requests: {} }, 'requests must be a list with at least one request'],
    [{ requests: ['x'] }, 'requests[0] must be an object'],
    [{ requests: [{ wieght: 1 }] }, 'requests[0] has "wieght", which is none of method, path'],
    [{ requests: [{}, { weight: '1' }] }, 'requests[1].weight must be a number'],
    [{ requests: [{ method: 1 }] }, 'requests[0].method must be a string'],
    [{ requests: [{ headers: [] }] }, 'requests[0].headers must be an object'],
    [{ requests: [{ headers: { A: 1 } }] }, 'requests[0].headers["A"] must be a string'],
    [{ requests: [{ body: 'x', bodyFile: 'y' }] }, 'requests[0] has both a body and a bodyFile'],
    [{ requests: [{ bodyFile: 'y' }] }, 'requests[0].bodyFile (no y)'],
    [{ requests: [{ expect: { state: 1 } }] }, 'requests[0].expect has "state"'],
    [{ requests: [{ expect: { status: ['x'] } }] }, 'requests[0].expect.status[0] must be a number'],
    [{ requests: [{ expect: { bodyFile: 'y' } }] }, 'requests[0].expect.bodyFile (no y)'],
  ])('%j is refused, with the place', async (mix, words) => {
    const error: unknown = await parse(mix).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CAL_ERR_BENCH_MIX' })
    expect((error as Error).message).toContain(words)
  })
})
