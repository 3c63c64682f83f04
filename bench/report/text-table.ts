type Row = readonly string[]

/** Rows as text; the first is the head. Words stand left; numbers, which begin at a column, stand right. */
export function table(rows: readonly Row[], numbersFrom: number, markdown: boolean): string {
  const head = rows[0]!
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const pad = (cell: string, column: number) =>
    column < numbersFrom ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  const lines = rows.map((row) => row.map(pad))
  const rule = widths.map((width, column) =>
    column < numbersFrom ? '-'.repeat(width) : '-'.repeat(width - 1) + ':',
  )
  if (markdown) {
    lines.splice(1, 0, rule)
    return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
  }
  lines.splice(
    1,
    0,
    widths.map((width) => '─'.repeat(width)),
  )
  return lines.map((cells) => `${cells.join('  ')}\n`).join('')
}
