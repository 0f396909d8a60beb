/** Far rows come slowly from memory: some ten nanoseconds for each feature. */
export const ROWS_BETWEEN_POLLS = 2 ** 15

/** Works on `from` to `to` piece by piece, and asks after each whether to go on. */
export function inSteps(
  from: number,
  to: number,
  step: number,
  asked: { poll(): void },
  work: (from: number, to: number) => void
): void {
  for (let start = from; start < to; start += step) {
    work(start, Math.min(to, start + step))
    asked.poll()
  }
}

/** The part of `length` pieces that falls to one member. */
export function share(length: number, { index, size }: { index: number; size: number }): [from: number, to: number] {
  return [Math.floor((length * index) / size), Math.floor((length * (index + 1)) / size)]
}
