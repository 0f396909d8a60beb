import { describe, expect, it } from 'vitest'
import { qualify, withQualifier } from '../../../src/domain/segments/qualifiers.ts'

const at = (recency: number, frequency: number, value: number, basket: number) => ({
  recency,
  frequency,
  value,
  average_order_value: basket
})

describe('qualify', () => {
  it('keeps names that only one segment bears', () => {
    expect(
      qualify([
        { base: 'A', position: at(0, 0, 0, 0) },
        { base: 'B', position: at(1, 1, 1, 1) }
      ])
    ).toEqual([null, null])
  })

  it('tells the second bearer by what separates it most from the first', () => {
    expect(
      qualify([
        { base: 'Retain', position: at(0, 0, 0, 0) },
        { base: 'Retain', position: at(0.5, 0, 0, 1) },
        { base: 'Retain', position: at(2, 0, 0, 1) }
      ])
    ).toEqual([null, 'high basket', 'long gone'])
  })

  it('calls nobody long gone who ordered lately, only less recently than the first', () => {
    const entries = [-2, -1].map((recency) => ({ base: 'Reward', position: at(recency, 0, 0, 0) }))
    expect(qualify(entries)).toEqual([null, 'less recent'])
  })

  it('takes the next difference when the first is taken, and numbers what has none left', () => {
    const first = { base: 'Retain', position: at(0, 0, 0, 0) }
    const twin = { base: 'Retain', position: at(0, 0.4, 0, 1) }
    expect(qualify([first, twin, twin, twin])).toEqual([null, 'high basket', 'more orders', 'group 2'])
  })

  it('never makes a name that another segment bears plainly', () => {
    const first = { base: 'A', position: at(0, 0, 0, 0) }
    const taken = { base: 'a — High Basket', position: at(0, 0, 0, 0) }
    const second = { base: 'A', position: at(0, 0, 0, 1) }
    expect(qualify([first, second, taken])).toEqual([null, 'group 2', null])
  })
})

describe('withQualifier', () => {
  it('joins with a dash', () => {
    expect([withQualifier('Retain', null), withQualifier('Retain', 'high basket')]).toEqual([
      'Retain',
      'Retain — high basket'
    ])
  })
})
