import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type Handler,
  type ListeningServer,
  Reactor,
  type RecordingReport,
  type RecordOptions,
  serve,
  type ServeOptions,
} from '../../src/index.js'

/** What makes a handler for the reactor it is to use: the recorded one, or that of a replay. */
export type MakeHandler = (reactor: Reactor) => Handler

/** A path for a recording, in a folder that is gone when the test is over. */
export async function recordingPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'calandria-record-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'test.calrec')
}

/** A server on a free port that is recorded. */
export class RecordedServer {
  /** Resolves when the recording has ended, for whatever reason. */
  readonly ended: Promise<RecordingReport>

  private constructor(
    readonly server: ListeningServer,
    readonly file: string,
    ended: Promise<RecordingReport>,
  ) {
    this.ended = ended
  }

  static async start(
    makeHandler: MakeHandler,
    options: Partial<ServeOptions> = {},
    record: Partial<RecordOptions> = {},
  ): Promise<RecordedServer> {
    const file = await recordingPath()
    const reactor = new Reactor()
    let tell!: (report: RecordingReport) => void
    const ended = new Promise<RecordingReport>((resolve) => (tell = resolve))
    const server = await serve({
      port: 0,
      reactor,
      handler: makeHandler(reactor),
      onError: () => undefined,
      lingerMs: 20, // clients of tests end when the test does
      ...options,
      record: { file, onEnd: tell, ...record },
    })
    onTestFinished(async () => {
      await server.close({ drainMs: 0 })
    })
    return new RecordedServer(server, file, ended)
  }

  /** Closes the server. @returns the recording, complete */
  async finish(drainMs = 10_000): Promise<Buffer> {
    await this.server.close({ drainMs })
    return readFile(this.file)
  }
}

/** An error that `promise` must reject with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  const error: unknown = await promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  return error as Error & { readonly code?: string }
}

/** Records a server while `talk` talks to it. @returns the recording */
export async function recordingBytes(
  makeHandler: MakeHandler,
  record: Partial<RecordOptions>,
  talk: (server: ListeningServer) => Promise<void>,
): Promise<Buffer> {
  const recorded = await RecordedServer.start(makeHandler, {}, record)
  await talk(recorded.server)
  return recorded.finish()
}
