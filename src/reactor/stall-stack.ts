import { type Debugger, Session } from 'node:inspector'
import type { RawFrame } from './stall-sources.js'

const MOST_FRAMES = 32

/**
 * One look at the stack of the main thread, from another thread. It connects for this one look: staying connected would
 * keep the debugger enabled, and hold the process at its exit. The first look takes 10 to 20 ms, later ones 3.
 */
export class StackLook {
  readonly #session = new Session()
  readonly #scripts = new Map<string, Debugger.ScriptParsedEventDataType>()
  #isOver = false

  /**
   * Pauses the main thread, and lets it go on at once.
   * @param seen is called with the frames; not at all when the main thread had nothing to run until {@link giveUp}
   */
  constructor(seen: (frames: readonly RawFrame[]) => void) {
    const session = this.#session
    session.connectToMainThread()
    session.on('Debugger.scriptParsed', ({ params }) => this.#scripts.set(params.scriptId, params))
    session.on('Debugger.paused', ({ params }) => {
      session.post('Debugger.resume')
      if (this.#isOver) return
      const frames = params.callFrames.slice(0, MOST_FRAMES).map((frame) => this.#frame(frame))
      this.giveUp()
      seen(frames)
    })
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  }

  /** Takes the pause back, if it is still to come. */
  giveUp(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#session.disconnect()
  }

  #frame({ functionName, location }: Debugger.CallFrame): RawFrame {
    const script = this.#scripts.get(location.scriptId)
    return {
      functionName,
      url: script?.url ?? '',
      line: location.lineNumber,
      column: location.columnNumber ?? 0,
      sourceMapUrl: script?.sourceMapURL ?? '',
    }
  }
}
