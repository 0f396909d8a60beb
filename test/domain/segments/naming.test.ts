import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameSegments, type SegmentMeans } from '../../../src/domain/segments/naming.ts'
import type { VocabularyName } from '../../../src/domain/vocabulary.ts'

type Golden = readonly (SegmentMeans & { expected: string })[]

/** Segment means of the public analysis "Optimizing Retail Strategies Through Customer Insights" (days, orders, £). */
const FOUR: Golden = [
  { expected: 'Retain', size: 913, recency: 49.8, frequency: 3.9, value: 1307 },
  { expected: 'Nurture', size: 1499, recency: 54.1, frequency: 1.64, value: 418 },
  { expected: 'Reward', size: 494, recency: 33.9, frequency: 7.24, value: 2436 },
  { expected: 'Re-Engage', size: 902, recency: 251, frequency: 1.43, value: 384.5 }
]

/** Segment means of the public analysis "Cluster Segmentation with K-Means Clustering" (weeks, orders, $ a year; sizes in %). */
const SIX: Golden = [
  { expected: 'Encourage', size: 24.3, recency: 5.34, frequency: 4.06, value: 571 },
  { expected: 'Excite', size: 22.9, recency: 17.1, frequency: 4.32, value: 781 },
  { expected: 'Re-Engage', size: 5.8, recency: 34.7, frequency: 2.75, value: 459 },
  { expected: 'Retain', size: 28.9, recency: 4.69, frequency: 6.34, value: 1069 },
  { expected: 'Reward', size: 1.3, recency: 3.4, frequency: 12.68, value: 2187 },
  { expected: 'Upsell', size: 16.7, recency: 5.32, frequency: 8.39, value: 1670 }
]

const GOLDENS: [string, Golden, VocabularyName][] = [
  ['four printed segments', FOUR, 'retain_reengage_nurture_reward'],
  ['six printed segments', SIX, 'six_step']
]

const VOCABULARY_NAMES: VocabularyName[] = ['auto', 'retain_reengage_nurture_reward', 'six_step', 'spend_and_frequency']
const ALL: [string, Golden, VocabularyName][] = VOCABULARY_NAMES.flatMap((vocabulary) => [
  [`four segments, ${vocabulary}`, FOUR, vocabulary],
  [`six segments, ${vocabulary}`, SIX, vocabulary]
])

const namesOf = (means: readonly SegmentMeans[], vocabulary: Parameters<typeof nameSegments>[1]) =>
  nameSegments(means, vocabulary).map(({ name }) => name)

const randomMeans = fc.record({
  size: fc.integer({ min: 1, max: 5000 }),
  kind: fc.constantFrom('cluster' as const, 'outlier' as const),
  recency: fc.double({ min: 0, max: 700, noNaN: true }),
  frequency: fc.double({ min: 1, max: 200, noNaN: true }),
  value: fc.double({ min: 0, max: 1e6, noNaN: true })
})

describe('nameSegments', () => {
  it.each(GOLDENS)('names the %s as their authors did', (_, golden, vocabulary) => {
    expect(namesOf(golden, vocabulary)).toEqual(golden.map(({ expected }) => expected))
  })

  it.each(ALL)('does not depend on the unit of recency or of money: %s', (_, golden, vocabulary) => {
    const inDays = golden.map((entry) => ({ ...entry, recency: entry.recency * 7, value: entry.value * 100 }))
    expect(namesOf(inDays, vocabulary)).toEqual(namesOf(golden, vocabulary))
  })

  it.each(ALL)('does not depend on the order of the segments: %s', (_, golden, vocabulary) => {
    const names = namesOf(golden, vocabulary)
    for (let turn = 0; turn < golden.length; turn++) {
      const turned = [...golden.slice(turn), ...golden.slice(0, turn)].reverse()
      const expected = [...names.slice(turn), ...names.slice(0, turn)].reverse()
      expect(namesOf(turned, vocabulary)).toEqual(expected)
    }
  })

  it.each(GOLDENS)('keeps the names of the %s when each mean moves by up to two percent', (_, golden, vocabulary) => {
    const factor = fc.double({ min: 0.98, max: 1.02, noNaN: true })
    const jitters = fc.array(fc.tuple(factor, factor, factor), { minLength: golden.length, maxLength: golden.length })
    fc.assert(
      fc.property(jitters, (factors) => {
        const moved = golden.map((entry, i) => {
          const [recency, frequency, value] = factors[i]!
          return {
            ...entry,
            recency: entry.recency * recency,
            frequency: entry.frequency * frequency,
            value: entry.value * value
          }
        })
        expect(namesOf(moved, vocabulary)).toEqual(golden.map(({ expected }) => expected))
      }),
      { seed: 2, numRuns: 200 }
    )
  })

  it('tells four kinds of shoppers apart by spend and frequency', () => {
    const means = [
      { size: 300, recency: 10, frequency: 12, value: 3000, average_order_value: 250 },
      { size: 400, recency: 70, frequency: 1.5, value: 1200, average_order_value: 800 },
      { size: 300, recency: 15, frequency: 9, value: 450, average_order_value: 50 },
      { size: 900, recency: 200, frequency: 1.2, value: 140, average_order_value: 115 }
    ]
    expect(namesOf(means, 'spend_and_frequency')).toEqual([
      'High-value frequent',
      'Occasional high-spenders',
      'Frequent orders, lower spend',
      'Low-value'
    ])
  })

  it('calls nobody frequent who orders less often than most while a truer name is left', () => {
    expect(namesOf(SIX, 'spend_and_frequency')[0]).not.toBe('Frequent orders, lower spend')
  })

  it('says active and lapsed with two segments', () => {
    const two = [
      { size: 500, recency: 20, frequency: 6, value: 900 },
      { size: 500, recency: 200, frequency: 1.5, value: 150 }
    ]
    expect(namesOf(two, 'retain_reengage_nurture_reward')).toEqual(['Retain', 'Re-Engage'])
  })

  it('does not make much of two segments that hardly differ', () => {
    // Customers differ by a factor of e on each axis, the segments by 4 %: both lie near the middle.
    const spread = { recency: 1, frequency: 1, value: 1, average_order_value: 1 }
    const means = [
      { size: 500, recency: 50, frequency: 3, value: 500 },
      { size: 500, recency: 52, frequency: 2.9, value: 480 }
    ]
    for (const { position } of nameSegments(means, 'auto', spread)) {
      for (const value of Object.values(position)) expect(Math.abs(value)).toBeLessThan(0.1)
    }
    expect(Math.abs(nameSegments(means, 'auto')[0]!.position.value)).toBeGreaterThan(0.9)
  })

  it('gives a single segment one plain name', () => {
    expect(namesOf([{ size: 9, recency: 3, frequency: 2, value: 10 }], 'six_step')).toEqual(['Retain'])
  })

  it('uses every name before it qualifies one, and says what differs', () => {
    const names = namesOf(SIX, 'retain_reengage_nurture_reward')
    expect(new Set(names.map((name) => name.split(' — ')[0]))).toEqual(
      new Set(['Retain', 'Re-Engage', 'Nurture', 'Reward'])
    )
    expect(names.filter((name) => name.includes(' — '))).toHaveLength(2)
    expect(names[2]).toBe('Re-Engage')
  })

  it('numbers equal segments', () => {
    const same = { size: 5, recency: 10, frequency: 2, value: 100 }
    const names = namesOf([same, same, same], { names: [{ name: 'Us' }] })
    expect([...names].sort()).toEqual(['Us', 'Us — group 2', 'Us — group 3'])
  })

  it('gives the best outliers Reward and the longest gone Re-Engage, others a name of their own', () => {
    const clusters = FOUR.map((entry) => ({ ...entry, kind: 'cluster' as const }))
    const outliers = [
      { kind: 'outlier' as const, size: 60, recency: 8, frequency: 40, value: 25_000 },
      { kind: 'outlier' as const, size: 50, recency: 380, frequency: 1.1, value: 200 },
      { kind: 'outlier' as const, size: 40, recency: 20, frequency: 25, value: 9000 }
    ]
    const names = namesOf([...clusters, ...outliers], 'six_step')
    expect(names.slice(4, 6)).toEqual(['Reward', 'Re-Engage'])
    expect(new Set(names).size).toBe(7)
  })

  it('gives own names in the order of spend where they have no positions', () => {
    const vocabulary = { names: [{ name: 'Gold' }, { name: 'Silver' }, { name: 'Bronze' }, { name: 'Tin' }] }
    expect(namesOf(FOUR, vocabulary)).toEqual(['Silver', 'Bronze', 'Gold', 'Tin'])
    expect(namesOf(FOUR.slice(0, 3), vocabulary)).toEqual(['Silver', 'Bronze', 'Gold'])
    const bases = namesOf(SIX, { names: [{ name: 'Gold' }, { name: 'Tin' }] }).map((name) => name.split(' — ')[0])
    // By spend: 2187, 1670, 1069 | 781, 571, 459.
    expect(bases).toEqual(['Tin', 'Tin', 'Tin', 'Gold', 'Gold', 'Gold'])
  })

  it('places own names where their positions say', () => {
    const vocabulary = {
      names: [{ name: 'Sleepers', recency: 2 }, { name: 'Stars', value: 2, frequency: 2 }, { name: 'Others' }]
    }
    expect(namesOf([FOUR[3]!, FOUR[0]!, FOUR[2]!], vocabulary)).toEqual(['Sleepers', 'Others', 'Stars'])
    const far = {
      names: [
        { name: 'Sleepers', recency: 1e200 },
        { name: 'Stars', value: 1e200 }
      ]
    }
    expect(namesOf([FOUR[2]!, FOUR[3]!], far)).toEqual(['Stars', 'Sleepers'])
  })

  it('never gives two segments one name, even when own names repeat or look like qualified ones', () => {
    const own = { names: [{ name: 'A' }, { name: 'a' }, { name: 'A — more orders' }] }
    fc.assert(
      fc.property(
        fc.array(randomMeans, { minLength: 1, maxLength: 16 }),
        fc.constantFrom<Parameters<typeof nameSegments>[1]>(...VOCABULARY_NAMES, own),
        (means, vocabulary) => {
          const names = namesOf(means, vocabulary).map((name) => name.toLowerCase())
          expect(new Set(names).size).toBe(means.length)
          expect(names.every((name) => name.length > 0)).toBe(true)
        }
      ),
      { seed: 3, numRuns: 300 }
    )
  })

  it('refuses an empty segment, means that are no numbers, and a vocabulary without names', () => {
    const one = { size: 1, recency: 1, frequency: 1, value: 1 }
    expect(() => nameSegments([{ ...one, size: 0 }], 'auto')).toThrow(RangeError)
    expect(() => nameSegments([{ ...one, value: Number.NaN }], 'auto')).toThrow(RangeError)
    expect(() => nameSegments([one], { names: [] })).toThrow(RangeError)
  })
})
