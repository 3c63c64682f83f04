import { encodeHdr } from './hdr-encoding.js'
import type { Histogram } from './histogram.js'
import type { LatencySummary } from './load-result.js'

export function summarize(histogram: Histogram): LatencySummary {
  const at = (percent: number): number => (histogram.count === 0 ? 0 : histogram.percentile(percent))
  return {
    count: histogram.count,
    min: histogram.min,
    mean: histogram.mean,
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    p9999: at(99.99),
    max: histogram.max,
    hdr: encodeHdr(histogram),
  }
}
