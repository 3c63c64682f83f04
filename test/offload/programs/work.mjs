// What the tests offload; `what` says which.
import { readFile, writeFile } from 'node:fs/promises'
import { isMainThread } from 'node:worker_threads'
import Tinypool from 'tinypool'

let handedOver = null

export default async function work({ what, value, file }) {
  switch (what) {
    case 'double':
      return value * 2
    case 'where':
      return { isMainThread, pid: process.pid }
    case 'length':
      return value.byteLength
    case 'throw':
      throw new RangeError('the work failed')
    case 'throw with fields':
      return readFile('/no/such/file')
    case 'throw with a cause':
      throw new TypeError('the outer', { cause: new Error('the inner') })
    case 'throw several':
      throw new AggregateError([new RangeError('one'), new Error('two')], 'several')
    case 'throw what can not be sent':
      throw Object.assign(new RangeError('unsendable', { cause: () => undefined }), {
        code: 'ESOME',
        f: () => undefined,
      })
    case 'throw a symbol':
      throw Symbol('s')
    case 'throw nothing':
      throw value
    case 'make':
      handedOver = new ArrayBuffer(value)
      return Tinypool.move(handedOver)
    case 'made':
      return handedOver.byteLength
    case 'unsendable':
      return () => undefined
    case 'stubborn':
      process.on('SIGTERM', () => undefined)
      await writeFile(file, String(process.pid))
      return new Promise(() => setInterval(() => undefined, 1000))
    case 'exit':
      return process.exit(7)
    case 'crash':
      setImmediate(() => {
        throw new Error('out of order')
      })
      return new Promise(() => setInterval(() => undefined, 1000))
    case 'forever':
      if (file !== undefined) await writeFile(file, String(process.pid))
      for (;;);
  }
}
