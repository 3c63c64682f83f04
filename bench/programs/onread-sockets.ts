import { Socket, type NetConnectOpts } from 'node:net'

type OnRead = (byteCount: number) => boolean

/** The parts of Node's internals that this trick stands on: two symbols on a socket, one method of its handle. */
interface SocketInside {
  [symbol: symbol]: unknown
  _handle?: { useUserBuffer(buffer: Uint8Array): void } | null
}

const oneBuffer = Buffer.allocUnsafe(64 * 1024)
const { bufferSymbol, callbackSymbol } = findSymbols()

/**
 * Reads an accepted socket into one buffer that all sockets share. Node documents `onread` for clients only,
 * yet at depth 1 it saves a server about 1,300 ns a read; a floor that left it out would flatter everyone.
 */
export function readIntoOneBuffer(socket: Socket, onRead: OnRead): void {
  const inside = socket as unknown as SocketInside
  inside[bufferSymbol] = oneBuffer
  inside[callbackSymbol] = onRead
  inside._handle?.useUserBuffer(oneBuffer)
}

/** The symbols are private to Node; a probe client shows them by the values it was given. */
function findSymbols(): { bufferSymbol: symbol; callbackSymbol: symbol } {
  const callback = () => true
  const options: NetConnectOpts = { port: 0, onread: { buffer: oneBuffer, callback } } // the typed way to say onread
  const probe = new Socket(options) as unknown as SocketInside
  const symbols = Object.getOwnPropertySymbols(probe)
  const bufferSymbol = symbols.find((symbol) => probe[symbol] === oneBuffer)
  const callbackSymbol = symbols.find((symbol) => probe[symbol] === callback)
  if (bufferSymbol === undefined || callbackSymbol === undefined) {
    throw new Error(`Node ${process.version} hides its onread symbols: measure with --subjects floor-data`)
  }
  return { bufferSymbol, callbackSymbol }
}
