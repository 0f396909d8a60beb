import type { RandomSource } from '../numeric/random.ts'

/** The distributions that shoppers follow, all from one uniform source. */
export interface Chance {
  uniform(low: number, high: number): number
  /** Whole number from low to high, both included. */
  whole(low: number, high: number): number
  /** True with this probability. */
  happens(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** Index drawn in proportion to the increments of a running total. */
  pickCumulative(totals: Float64Array): number
  normal(mean: number, deviation: number): number
  /** Of median `median`; `spread` is the standard deviation of the logarithm. */
  logNormal(median: number, spread: number): number
  /** Gamma of shape 2: waiting times that avoid both zero and the far tail. */
  wait(mean: number): number
  poisson(mean: number): number
}

export function createChance(source: RandomSource): Chance {
  const random = () => source.next()
  const uniform = (low: number, high: number) => low + (high - low) * random()
  const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))

  // Box-Muller; 1 − u lies in (0, 1], where the logarithm is finite.
  const normal = (mean: number, deviation: number) =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

  return {
    uniform,
    whole,
    normal,
    happens: (probability) => random() < probability,
    pick: (items) => items[whole(0, items.length - 1)]!,
    logNormal: (median, spread) => median * Math.exp(normal(0, spread)),
    wait: (mean) => (-mean / 2) * Math.log((1 - random()) * (1 - random())),
    pickCumulative: (totals) => {
      const target = random() * totals[totals.length - 1]!
      let [low, high] = [0, totals.length - 1]
      while (low < high) {
        const middle = (low + high) >> 1
        if (totals[middle]! > target) high = middle
        else low = middle + 1
      }
      return low
    },
    // Knuth's product of uniforms: the means here stay below 20.
    poisson: (mean) => {
      const limit = Math.exp(-mean)
      let count = 0
      for (let product = random(); product > limit; product *= random()) count++
      return count
    }
  }
}

/** Running totals of weights, as `pickCumulative` takes them. */
export function cumulative(weights: readonly number[]): Float64Array {
  let total = 0
  return Float64Array.from(weights, (weight) => {
    total += weight
    return total
  })
}
