import { metrics } from '../suite/metric.js'
import { type Results } from '../suite/results.js'
import { type Difference } from './comparison.js'
import { table } from './text-table.js'

/** For a terminal or as Markdown: what differs in the environments, then all numbers. */
export function comparisonTable(
  before: Results,
  after: Results,
  differences: readonly Difference[],
  markdown: boolean,
): string {
  const environment = Object.keys({ ...before.environment, ...after.environment })
    .map((name) => [name, before.environment[name] ?? '', after.environment[name] ?? ''])
    .filter(([name, one, other]) => one !== other && name !== 'command')
  const rows = differences.map(({ scenario, subject, metric, before, after, ratio, p, basis, verdict }) => {
    const { title, format } = metrics[metric]
    const range = `${ratio.value.toFixed(2)}× [${ratio.low.toFixed(2)}..${ratio.high.toFixed(2)}]`
    return [scenario, subject, title, format(before), format(after), range, basis, p.toFixed(3), verdict]
  })
  const head = ['scenario', 'subject', '', 'before', 'after', 'change', 'compared', 'p', 'verdict']
  const count = (verdict: string) => differences.filter((one) => one.verdict === verdict).length
  const sum = `${count('better')} better, ${count('worse')} worse, ${count('no difference')} without a difference, ${count('INVALID')} INVALID`
  return [
    environment.length === 0
      ? ''
      : `${table([['environment', 'before', 'after'], ...environment], 3, markdown)}\n`,
    table([head, ...rows], 3, markdown),
    `\n${sum}. p is the probability of such a difference by chance (Mann-Whitney); below 0.05 it counts, if the`,
    ' confidence interval doesn’t hold 1. Fewer than 4 rounds can’t get there.\n',
  ].join('')
}
