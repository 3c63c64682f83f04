import type { ByteClient, Delivery } from './byte-client.js'
import type { Handled } from './handled.js'
import { type ReadReplies, readReplies, type Reply } from './reply-stream.js'
import { type Ending, HALF_CLOSE, NEXT_REPLY, type Row } from './row.js'

/** A request on its own, sent last: whether it is answered tells whether the connection lives. */
const PROBE_TARGET = '/does-it-live'
const PROBE = `GET ${PROBE_TARGET} HTTP/1.1\r\nHost: x\r\n\r\n`

/** What became of a row. */
export interface Observed {
  readonly replies: readonly Reply[]
  /** `resets`: it closes, and not in peace; `stalls`: no reply and no end; `garbles`: what came is no HTTP. */
  readonly ending: Ending | 'resets' | 'garbles'
  readonly detail: string
  readonly tunnelled: string
  /** The client waited for a reply before it went on, and none came. */
  readonly hasWaitedInVain: boolean
  /** In the order of their arrival, without the probe. */
  readonly handled: readonly Handled[]
}

/** Plays a row to a server. `takeLog` gives what its application has handled since it was last asked. */
export async function observe(
  row: Row,
  client: ByteClient,
  delivery: Delivery,
  takeLog: () => Promise<readonly Handled[]>,
): Promise<Observed> {
  const read = (): ReadReplies => readReplies(client.received, row.methods, client.isOver)
  /** Reads until it is so, or until nothing more will come. */
  const until = async (isSo: (sofar: ReadReplies) => boolean): Promise<void> => {
    for (let sofar = read(); !isSo(sofar) && sofar.fault === null && !client.isOver; sofar = read()) {
      if (!(await client.more())) return
    }
  }

  let repliesAwaited = 0
  let isHalfClosed = false
  let hasWaitedInVain = false
  for (const step of row.send) {
    if (step === NEXT_REPLY) {
      repliesAwaited++
      await until(({ heads }) => heads >= repliesAwaited)
      if (read().heads < repliesAwaited && !client.isOver) hasWaitedInVain = true
    } else if (step === HALF_CLOSE) {
      client.end()
      isHalfClosed = true
    } else {
      await deliver(step, client, delivery)
    }
  }

  const repliesDue = row.expected.replies.filter(({ isOptional }) => isOptional !== true).length
  await until(({ replies }) => replies.length >= repliesDue)
  if (!isHalfClosed) client.send(PROBE)
  const isProbed = ({ replies, isTunnel, rest }: ReadReplies): boolean =>
    isTunnel ? rest.endsWith(PROBE) : replies.some(({ body }) => body === PROBE_TARGET)
  await until(isProbed)

  const result = read()
  const isAlive = isProbed(result)
  const error = client.error
  client.close()
  const handled = (await takeLog()).filter(({ target }) => target !== PROBE_TARGET)
  return {
    replies: result.replies.filter(({ body }) => body !== PROBE_TARGET),
    ...endingOf(result, isAlive, client.isOver, error),
    hasWaitedInVain,
    tunnelled: result.isTunnel ? result.rest.replace(PROBE, '') : '',
    handled,
  }
}

function endingOf(
  result: ReadReplies,
  isAlive: boolean,
  isOver: boolean,
  error: string | null,
): Pick<Observed, 'ending' | 'detail'> {
  const { fault, rest, isTunnel } = result
  if (fault !== null) return { ending: 'garbles', detail: fault }
  if (isAlive) return { ending: isTunnel ? 'tunnel' : 'lives', detail: '' }
  if (!isOver) return { ending: 'stalls', detail: JSON.stringify(rest.slice(0, 60)) }
  if (rest !== '' && !isTunnel)
    return { ending: 'garbles', detail: `cut off: ${JSON.stringify(rest.slice(0, 60))}` }
  return error === null ? { ending: 'closes', detail: '' } : { ending: 'resets', detail: error }
}

async function deliver(bytes: string, client: ByteClient, delivery: Delivery): Promise<void> {
  if (delivery === 'whole') {
    client.send(bytes)
    return
  }
  for (const byte of bytes) {
    client.send(byte)
    await client.settle()
  }
}
