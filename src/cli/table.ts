/** Columns as wide as their widest cell; the first and the last to the left, the numbers between to the right. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - width(cell))
        return column === 0 || column === header.length - 1 ? cell + space : space + cell
      })
      .join('  ')
      .trimEnd()
  return [line(header), widths.map((size) => '─'.repeat(size)).join('  '), ...rows.map(line)].join('\n')
}

/** Code points: names are Latin in the built-in vocabularies. */
const width = (text: string): number => [...text].length
