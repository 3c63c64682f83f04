/** The largest value, in microseconds: an hour. What is longer counts as an hour. */
export const LONGEST_US = 3_600_000_000

/** Values below 2,048 have a bucket of their own; above, each doubling is divided into 1,024 buckets. */
const SUB_BUCKET_BITS = 10
const BUCKETS = 23_552

/**
 * Counts latencies in whole microseconds, exact to less than 0.1 %. The buckets are those of an HdrHistogram from 1 µs to
 * an hour with three significant digits (Gil Tene), so that any of its readers takes what {@link encodeHdr} writes.
 *
 * Node's own `perf_hooks` histogram can't be merged across processes nor take many equal values at once, and a pipelined
 * read brings two dozen of them: here that is one addition.
 */
export class Histogram {
  /** By bucket. Doubles: at two million responses a second 32 bits would last half an hour. */
  readonly counts = new Float64Array(BUCKETS)
  count = 0
  #sum = 0
  #min = Infinity
  #max = 0

  /** @param ms what was measured; negative values, which no clock of ours gives, count as 0 */
  add(ms: number, count = 1): void {
    const us = ms <= 0 ? 0 : ms * 1000 >= LONGEST_US ? LONGEST_US : Math.round(ms * 1000)
    const index = bucketOf(us)
    this.counts[index] = (this.counts[index] as number) + count
    this.count += count
    this.#sum += us * count
    if (us < this.#min) this.#min = us
    if (us > this.#max) this.#max = us
  }

  merge(other: HistogramData): void {
    for (let i = 0; i < other.buckets.length; i++) {
      const index = other.buckets[i] as number
      this.counts[index] = (this.counts[index] as number) + (other.counts[i] as number)
    }
    this.count += other.count
    this.#sum += other.sumUs
    this.#min = Math.min(this.#min, other.minUs)
    this.#max = Math.max(this.#max, other.maxUs)
  }

  reset(): void {
    this.counts.fill(0)
    this.count = 0
    this.#sum = 0
    this.#min = Infinity
    this.#max = 0
  }

  /** What goes from process to process: only the buckets that hold something. */
  data(): HistogramData {
    const buckets: number[] = []
    for (let i = 0; i < BUCKETS; i++) if (this.counts[i] !== 0) buckets.push(i)
    return {
      buckets: Uint16Array.from(buckets),
      counts: Float64Array.from(buckets, (index) => this.counts[index] as number),
      count: this.count,
      sumUs: this.#sum,
      minUs: this.#min,
      maxUs: this.#max,
    }
  }

  /** In milliseconds, like all that follow; 0 while nothing was counted. */
  get min(): number {
    return this.count === 0 ? 0 : this.#min / 1000
  }

  get max(): number {
    return this.#max / 1000
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count / 1000
  }

  /** @param percent 0 to 100: so many of the values are at most what is returned, to the width of a bucket */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.count - 1e-9))
    let seen = 0
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.counts[i] as number
      if (seen >= rank) return Math.min(highestOf(i), this.#max) / 1000
    }
    return 0
  }
}

/** A histogram's contents; see {@link Histogram.data}. */
export interface HistogramData {
  readonly buckets: Uint16Array
  readonly counts: Float64Array
  readonly count: number
  readonly sumUs: number
  readonly minUs: number
  readonly maxUs: number
}

function bucketOf(us: number): number {
  const shift = us < 2048 ? 0 : 31 - SUB_BUCKET_BITS - Math.clz32(us)
  return (shift << SUB_BUCKET_BITS) + (us >>> shift)
}

/** The largest value that falls into a bucket. */
function highestOf(bucket: number): number {
  const shift = bucket < 2048 ? 0 : (bucket >>> SUB_BUCKET_BITS) - 1
  return (bucket - (shift << SUB_BUCKET_BITS) + 1) * 2 ** shift - 1
}
