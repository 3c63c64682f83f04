/**
 * The Mann-Whitney U test, two-sided and exact: the probability that two samples of one kind differ in their ranks as
 * much as these do, or more. Rounds are few (5 against 5 can't get below 0.008, 3 against 3 not below 0.1), so nothing
 * is approximated. Ties count by their mean ranks.
 *
 * @param a at least one value
 * @param b at least one value
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const ranks = doubledRanks([...a, ...b])
  const sumOfA = ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0)
  const expected = a.length * (a.length + b.length + 1) // doubled, too
  const distance = Math.abs(sumOfA - expected)
  let all = 0
  let asFar = 0
  for (const [sum, ways] of waysToChoose(a.length, ranks)) {
    all += ways
    if (Math.abs(sum - expected) >= distance) asFar += ways
  }
  return asFar / all
}

/** Twice the ranks, so that the mean of two is a whole number. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y)
  return values.map((value) => sorted.indexOf(value) + 1 + sorted.lastIndexOf(value) + 1)
}

/** For every sum that `count` of the ranks can have: in how many ways. */
function waysToChoose(count: number, ranks: readonly number[]): Map<number, number> {
  const bySize = Array.from({ length: count + 1 }, () => new Map<number, number>())
  bySize[0]!.set(0, 1)
  for (const rank of ranks) {
    for (let size = count; size > 0; size--) {
      for (const [sum, ways] of bySize[size - 1]!) {
        bySize[size]!.set(sum + rank, (bySize[size]!.get(sum + rank) ?? 0) + ways)
      }
    }
  }
  return bySize[count]!
}
