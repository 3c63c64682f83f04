/**
 * A program: reads what `batch-bytes.ts` writes. Four bytes tell how many follow; when all of them are here, one byte
 * goes back.
 */
import { connect } from 'node:net'

const buffer = Buffer.allocUnsafe(256 * 1024)
let missingBytes = 0
let header = Buffer.alloc(0)

const socket = connect({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  noDelay: true,
  onread: {
    buffer,
    callback: (byteCount) => {
      let at = 0
      if (missingBytes === 0) {
        const take = Math.min(4 - header.length, byteCount)
        header = Buffer.concat([header, buffer.subarray(0, take)])
        at = take
        if (header.length < 4) return true
        missingBytes = header.readUInt32BE()
        header = Buffer.alloc(0)
      }
      missingBytes -= byteCount - at
      if (missingBytes < 0) throw new Error('more bytes than were announced')
      if (missingBytes === 0) socket.write('!')
      return true
    },
  },
})
