const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/

interface Exact {
  units: bigint
  /** Digits behind the point. */
  scale: number
}

/** Sum, product and difference of amounts as they are written: no double comes between. Null where one is no plain decimal. */
export const add = (one: string, other: string): string | null =>
  both(one, other, (a, b) => ({ units: a.units + b.units, scale: a.scale }))

export const subtract = (one: string, other: string): string | null =>
  both(one, other, (a, b) => ({ units: a.units - b.units, scale: a.scale }))

export function multiply(one: string, other: string): string | null {
  const a = read(one)
  const b = read(other)
  return a && b && write({ units: a.units * b.units, scale: a.scale + b.scale })
}

export const negated = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`)

export const isZero = (amount: string): boolean => /^-?[0.]*$/.test(amount)

function both(one: string, other: string, operation: (a: Exact, b: Exact) => Exact): string | null {
  const a = read(one)
  const b = read(other)
  if (a === null || b === null) return null
  const scale = Math.max(a.scale, b.scale)
  return write(operation(scaled(a, scale), scaled(b, scale)))
}

const scaled = ({ units, scale }: Exact, to: number): Exact => ({ units: units * 10n ** BigInt(to - scale), scale: to })

function read(amount: string): Exact | null {
  const found = amount.length > 40 ? null : DECIMAL.exec(amount)
  if (found === null) return null
  const [, sign, whole, fraction = ''] = found
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length }
}

function write({ units, scale }: Exact): string {
  const sign = units < 0n ? '-' : ''
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
