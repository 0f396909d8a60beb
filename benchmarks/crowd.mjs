/** Rows of five overlapping groups, standard deviations about 1: the same for the same n and d. */
export function crowd(n, d) {
  let state = 12345
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const data = new Float64Array(n * d)
  for (let i = 0; i < n; i++) {
    const group = i % 5
    const together = normal()
    for (let j = 0; j < d; j++) data[i * d + j] = normal() + 0.6 * together + ((group * (j + 3)) % 7) * 0.8
  }
  return { data, n, d }
}
