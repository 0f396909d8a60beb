const GOLDEN = (3 - Math.sqrt(5)) / 2

/**
 * Where a function of one variable with a single valley is lowest: Brent's method (1973, ch. 5), golden section
 * with parabolic steps. A value that is not a number counts as infinitely high.
 *
 * @param tolerance absolute, on the variable
 */
export function minimise(f: (x: number) => number, low: number, high: number, tolerance = 1e-8): number {
  const height = (x: number) => {
    const y = f(x)
    return Number.isNaN(y) ? Number.POSITIVE_INFINITY : y
  }
  let [a, b] = [low, high]
  // x is the best point so far, w the second best, v the former w.
  let x = a + GOLDEN * (b - a)
  let [w, v] = [x, x]
  let fx = height(x)
  let [fw, fv] = [fx, fx]
  let step = 0
  let stepBefore = 0

  for (let round = 0; round < 200; round++) {
    const middle = (a + b) / 2
    const nearby = tolerance + 1e-10 * Math.abs(x)
    if (Math.abs(x - middle) <= 2 * nearby - (b - a) / 2) break

    let parabolic = false
    if (Math.abs(stepBefore) > nearby) {
      const r = (x - w) * (fx - fv)
      let q = (x - v) * (fx - fw)
      let p = (x - v) * q - (x - w) * r
      q = 2 * (q - r)
      if (q > 0) p = -p
      else q = -q
      if (Math.abs(p) < Math.abs((q * stepBefore) / 2) && p > q * (a - x) && p < q * (b - x)) {
        stepBefore = step
        step = p / q
        parabolic = true
      }
    }
    if (!parabolic) {
      stepBefore = x < middle ? b - x : a - x
      step = GOLDEN * stepBefore
    }

    const u = x + (Math.abs(step) >= nearby ? step : Math.sign(step) * nearby)
    const fu = height(u)
    if (fu <= fx) {
      if (u < x) b = x
      else a = x
      ;[v, w, x] = [w, x, u]
      ;[fv, fw, fx] = [fw, fx, fu]
    } else {
      if (u < x) a = u
      else b = u
      if (fu <= fw || w === x) {
        ;[v, w] = [w, u]
        ;[fv, fw] = [fw, fu]
      } else if (fu <= fv || v === x || v === w) {
        ;[v, fv] = [u, fu]
      }
    }
  }
  return x
}
