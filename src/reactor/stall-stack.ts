import { type Debugger, Session } from 'node:inspector'
import { isOthers, type RawFrame } from './stall-sources.js'
import { workOf } from './stall-work.js'

const MOST_FRAMES = 32

/** What was seen of a thread that stood still. */
export interface RawStack {
  readonly frames: readonly RawFrame[]
  /** What the variables of its calls work for; `null` when none of them has said. */
  readonly work: unknown
  /** Whether the thread could only be stopped when something that can't be interrupted was over. */
  readonly isLate: boolean
}

/** JavaScript listens within a millisecond, when its thread is let run: six were seen on a machine with too much to do. */
const LATE_MS = 10

/**
 * One look at the stack of the main thread, from another thread. It connects for this one look: staying connected would
 * keep the debugger enabled, and hold the process at its exit. The first look takes 10 to 20 ms, later ones 3.
 */
export class StackLook {
  readonly #session = new Session()
  readonly #scripts = new Map<string, Debugger.ScriptParsedEventDataType>()
  readonly #askedAt = performance.now()
  #isLate = false
  #isOver = false

  /**
   * Pauses the main thread, and lets it go on as soon as it was asked.
   * @param seen is called once; not at all when the main thread had nothing to run until {@link giveUp}
   */
  constructor(seen: (stack: RawStack) => void) {
    const session = this.#session
    session.connectToMainThread()
    session.on('Debugger.scriptParsed', ({ params }) => this.#scripts.set(params.scriptId, params))
    session.on('Debugger.paused', ({ params }) => void this.#ask(params.callFrames, seen))
    // Something that costs nothing, to learn when the thread listens: to enable the debugger takes it some milliseconds.
    session.post('Runtime.releaseObjectGroup', { objectGroup: '' }, () => {
      this.#isLate = performance.now() - this.#askedAt > LATE_MS
    })
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  }

  /** Takes the pause back, if it is still to come, and ends it if not. */
  giveUp(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#session.disconnect()
  }

  async #ask(calls: readonly Debugger.CallFrame[], seen: (stack: RawStack) => void): Promise<void> {
    if (this.#isOver) return
    const stack = calls.slice(0, MOST_FRAMES).map((call) => ({ call, frame: this.#frame(call) }))
    const ofOthers = stack.flatMap(({ call, frame }) => (isOthers(frame) ? [call] : []))
    const work = await workOf(this.#session, ofOthers).catch(() => null)
    this.giveUp()
    seen({ frames: stack.map(({ frame }) => frame), work, isLate: this.#isLate })
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
