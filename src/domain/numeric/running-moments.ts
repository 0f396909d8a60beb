/**
 * Mean, deviation and range of numbers that come one after the other, without keeping them (Welford 1962). They depend on
 * the order of the numbers by rounding only, and not at all on how they are cut into chunks.
 */
export class RunningMoments {
  count = 0
  /** 0 of none. */
  mean = 0
  /** ∞ of none. */
  min = Number.POSITIVE_INFINITY
  /** −∞ of none. */
  max = Number.NEGATIVE_INFINITY
  #squares = 0

  add(value: number): void {
    this.count++
    const before = value - this.mean
    this.mean += before / this.count
    this.#squares += before * (value - this.mean)
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }

  /** Population standard deviation, divisor n; 0 of none. */
  get deviation(): number {
    return this.count > 0 ? Math.sqrt(this.#squares / this.count) : 0
  }

  /** Greatest absolute value; 0 of none. */
  get reach(): number {
    return this.count > 0 ? Math.max(Math.abs(this.min), Math.abs(this.max)) : 0
  }
}
