/** The program is one process to the trace; the format wants a number. */
const PID = 1

export type Arguments = Readonly<Record<string, string | number | boolean | null>>

/**
 * Events in the Trace Event Format ("Trace Event Format", Google, 2016), as JSON text, joined by commas. Names of what may
 * come from a client go through `JSON.stringify`.
 */
export class EventText {
  #text = ''
  #isFirst = true

  get length(): number {
    return this.#text.length
  }

  /** @returns what was written since the last call */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  begin(tid: number, ms: number, category: string, name: string): void {
    this.#add('B', tid, ms, `"cat":"${category}","name":${JSON.stringify(name)}`)
  }

  /** Category and name are those of the beginning. */
  end(tid: number, ms: number, category: string, name: string, args?: Arguments): void {
    this.#add('E', tid, ms, `"cat":"${category}","name":${JSON.stringify(name)}${argsText(args)}`)
  }

  /** @param scope `t`: it concerns its track; `p`: all of the process */
  instant(tid: number, ms: number, scope: 't' | 'p', name: string, args?: Arguments): void {
    this.#add('i', tid, ms, `"s":"${scope}","name":${JSON.stringify(name)}${argsText(args)}`)
  }

  counter(ms: number, name: string, value: number): void {
    this.#add('C', 1, ms, `"name":"${name}"${argsText({ value })}`)
  }

  /** A link to the slice that has just begun on this track: the flow's start, a step, or its end. */
  flow(phase: 's' | 't' | 'f', tid: number, ms: number, id: number): void {
    const binding = phase === 'f' ? ',"bp":"e"' : ''
    this.#add(phase, tid, ms, `"cat":"batch","name":"batch","id":${id}${binding}`)
  }

  /** What goes on beside its track's slices, and need not be nested. */
  async(phase: 'b' | 'e', tid: number, ms: number, id: number, name: string, args?: Arguments): void {
    this.#add(phase, tid, ms, `"cat":"request","id":${id},"name":${JSON.stringify(name)}${argsText(args)}`)
  }

  /** @param order where the track stands among the others */
  nameTrack(tid: number, name: string, order: number): void {
    this.#line(`"ph":"M","pid":${PID},"tid":${tid},"name":"thread_name"${argsText({ name })}`)
    this.#line(
      `"ph":"M","pid":${PID},"tid":${tid},"name":"thread_sort_index"${argsText({ sort_index: order })}`,
    )
  }

  nameProcess(name: string): void {
    this.#line(`"ph":"M","pid":${PID},"tid":1,"name":"process_name"${argsText({ name })}`)
  }

  /** The format has microseconds; a thousandth of one is as fine as clocks are. */
  #add(phase: string, tid: number, ms: number, rest: string): void {
    const micros = Math.round(ms * 1e6) / 1e3
    this.#line(`"ph":"${phase}","pid":${PID},"tid":${tid},"ts":${micros},${rest}`)
  }

  #line(content: string): void {
    this.#text += `${this.#isFirst ? '' : ','}\n{${content}}`
    this.#isFirst = false
  }
}

function argsText(args: Arguments | undefined): string {
  return args === undefined ? '' : `,"args":${JSON.stringify(args)}`
}
