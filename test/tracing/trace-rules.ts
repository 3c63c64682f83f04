/** What a strict reader of the Trace Event Format expects of a trace, so that no viewer has to guess. */
export interface TraceEvent {
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly name: string
  readonly cat: string
  readonly id: number
  readonly s: string
  readonly bp: string
  readonly args?: Record<string, string | number | boolean>
}

export interface Trace {
  readonly displayTimeUnit: string
  readonly otherData: { readonly recorder: string; readonly events: number; readonly eventsLost: number }
  readonly traceEvents: readonly TraceEvent[]
}

/** A slice with what is inside of it. */
export interface Slice {
  readonly name: string
  readonly tid: number
  readonly cat: string
  readonly from: number
  readonly args: Record<string, unknown>
  /** Ids of the flows that are bound to it. */
  readonly flows: string[]
  readonly inner: Slice[]
}

/** @throws Error that tells the first rule which is broken */
export function readTrace(text: string): Trace {
  const trace = JSON.parse(text) as Trace
  new TraceJudge().judge(trace.traceEvents)
  return trace
}

/** The outermost slices of a track, in order. */
export function slicesOf(trace: Trace, tid: number): readonly Slice[] {
  const judge = new TraceJudge()
  judge.judge(trace.traceEvents)
  return judge.slices.get(tid) ?? []
}

/** A slice as text: its name, and in brackets what is inside. */
export function outline({ name, inner }: Slice): string {
  return inner.length === 0 ? name : `${name} [${inner.map(outline).join(', ')}]`
}

class TraceJudge {
  readonly slices = new Map<number, Slice[]>()
  readonly #open = new Map<number, Slice[]>()
  readonly #named = new Set<number>()
  readonly #asyncs = new Map<string, 'open' | 'ended'>()
  readonly #flows = new Map<number, 'open' | 'ended'>()
  #last = -Infinity
  /** The event before, when it began a slice or bound a flow to it. */
  #begun: Slice | null = null

  judge(events: readonly TraceEvent[]): void {
    events.forEach((event, index) => {
      try {
        this.#judge(event)
      } catch (error) {
        throw new Error(`event ${index}, ${JSON.stringify(event)}: ${String(error)}`, { cause: error })
      }
    })
    for (const [tid, open] of this.#open) must(open.length === 0, `a slice of track ${tid} never ends`)
    for (const [id, state] of this.#asyncs) must(state === 'ended', `${id} never ends`)
    for (const [id, state] of this.#flows) must(state === 'ended', `flow ${id} leads nowhere`)
  }

  #judge(event: TraceEvent): void {
    const { ph, pid, tid, ts } = event
    must(pid === 1 && Number.isInteger(tid) && tid >= 1, 'no process or track')
    if (ph === 'M') {
      must(['process_name', 'thread_name', 'thread_sort_index'].includes(event.name), 'metadata nobody knows')
      if (event.name === 'thread_name') this.#named.add(tid)
      return
    }
    must(this.#named.has(tid), 'a track without a name')
    must(Number.isFinite(ts) && ts >= this.#last, 'time goes back')
    this.#last = ts
    const begun = this.#begun
    this.#begun = null
    switch (ph) {
      case 'B':
        this.#begin(event)
        break
      case 'E': {
        const slice = this.#open.get(tid)?.pop()
        must(slice !== undefined, 'an end without a beginning')
        must(
          slice?.name === event.name && slice.cat === event.cat,
          'an end with the name of another slice',
        )
        Object.assign(slice?.args ?? {}, event.args)
        break
      }
      case 's':
      case 't':
      case 'f':
        must(begun?.tid === tid, 'a flow must follow the beginning of its slice')
        this.#begun = begun
        begun?.flows.push(`${ph}${event.id}`)
        this.#judgeFlow(event)
        break
      case 'b':
      case 'e':
        this.#judgeAsync(event)
        break
      case 'i':
        must(['t', 'p'].includes(event.s) && event.name !== '', 'an instant without a scope')
        break
      case 'C':
        must(Object.values(event.args ?? { nothing: NaN }).every(Number.isFinite), 'a counter counts numbers')
        break
      default:
        throw new Error('an event nobody knows')
    }
  }

  #begin({ name, tid, cat, ts, args = {} }: TraceEvent): void {
    must(name !== '', 'a slice without a name')
    const slice: Slice = { name, tid, cat, from: ts, args: { ...args }, flows: [], inner: [] }
    const open = this.#open.get(tid) ?? []
    const outer = open.at(-1)
    if (outer !== undefined) outer.inner.push(slice)
    else this.slices.set(tid, [...(this.slices.get(tid) ?? []), slice])
    this.#open.set(tid, [...open, slice])
    this.#begun = slice
  }

  #judgeFlow({ ph, id, cat, name, bp }: TraceEvent): void {
    must(cat === 'batch' && name === 'batch', 'the events of a flow have one name')
    const before = this.#flows.get(id)
    must(before === (ph === 's' ? undefined : 'open'), 'a flow starts once, goes on, and ends once')
    must((bp === 'e') === (ph === 'f'), 'without bp, a flow ends at the next slice')
    this.#flows.set(id, ph === 'f' ? 'ended' : 'open')
  }

  #judgeAsync({ ph, cat, id, name }: TraceEvent): void {
    const key = `${cat} ${id} ${name}`
    must(this.#asyncs.get(key) === (ph === 'b' ? undefined : 'open'), 'what is async begins and ends once')
    this.#asyncs.set(key, ph === 'b' ? 'open' : 'ended')
  }
}

function must(isSo: boolean, rule: string): void {
  if (!isSo) throw new Error(rule)
}
