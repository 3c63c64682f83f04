import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { engineOf } from '../../../src/http/parser/llhttp/llhttp-engine.js'
import { MessageType } from '../../../src/http/parser/llhttp/llhttp-exports.js'
import { loadLlhttp } from '../../../src/http/parser/llhttp/llhttp-loader.js'
import type { ResponseListener } from '../../../src/http/parser/llhttp/response-parser.js'

const nobody: ResponseListener = {
  responseHead: () => undefined,
  responseBody: () => undefined,
  responseEnd: () => undefined,
}

it('gives the memory of a response parser back that nobody has disposed of', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const llhttp = await loadLlhttp()
  const release = vi.spyOn(llhttp, 'release')
  const engine = engineOf(llhttp)
  for (let i = 0; i < 100; i++) engine.makeResponseParser(nobody).expect('GET')
  while (release.mock.calls.length === 0) {
    collect()
    await new Promise(setImmediate) // finalizers run between tasks
  }
  expect(release.mock.calls[0]).toEqual([MessageType.Response, expect.any(Number)])
})

it('and not a second time when it was disposed of', async () => {
  const llhttp = await loadLlhttp()
  const release = vi.spyOn(llhttp, 'release')
  const parser = engineOf(llhttp).makeResponseParser(nobody)
  parser[Symbol.dispose]()
  parser[Symbol.dispose]()
  expect(release).toHaveBeenCalledTimes(1)
})
