import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labels, nameGroups } from '../../../src/domain/features/group-names.ts'

const namesOf = (groups: string[][]) => nameGroups(groups).map(({ name }) => name)

describe('nameGroups', () => {
  it('takes the words that many products of the group have and few others, in reading order', () => {
    const groups = [
      ['KEEP CALM HOT WATER BOTTLE', 'RED DOG HOT WATER BOTTLE', 'HOT WATER BOTTLE HEART'],
      ['JUMBO BAG RED', 'LUNCH BAG RED', 'LUNCH BAG BLUE', 'LUNCH BAG HEART']
    ]
    // Weights in the second group: bag 4²/4, lunch 3²/3, red 2²/3, heart too rare; red is below half of bag.
    expect(namesOf(groups)).toEqual(['Hot water bottle', 'Lunch bag'])
  })

  it('takes the leading product where no word is shared, or the words are taken', () => {
    expect(namesOf([['Teapot', 'Kettle']])).toEqual(['Teapot'])
    expect(namesOf([['SET OF 3 CUPS', 'SET OF 4 PLATES']])).toEqual(['SET OF 3 CUPS'])
    expect(
      namesOf([
        ['blue mug', 'red mug'],
        ['green mug', 'pink mug']
      ])
    ).toEqual(['Mug', 'green mug'])
  })

  it('reads words of any alphabet', () => {
    expect(namesOf([['красная чашка', 'синяя чашка']])).toEqual(['Чашка'])
  })
})

describe('labels', () => {
  it('makes slugs of lower-case ASCII', () => {
    expect(labels(['Crème brûlée & Co.', '  Tea  ', '50% off!'])).toEqual([
      { slug: 'creme_brulee_co', name: 'Crème brûlée & Co.' },
      { slug: 'tea', name: 'Tea' },
      { slug: '50_off', name: '50% off!' }
    ])
  })

  it('keeps slugs apart, short and safe whatever the names', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('', 'a', 'A', 'a_2', 'group_1', '__proto__', 'x'.repeat(100_000), '😀'.repeat(100))
    )
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (names) => {
        const made = labels(names)
        expect(new Set(made.map(({ slug }) => slug)).size).toBe(names.length)
        for (const label of made) {
          expect(label.slug).toMatch(/^[a-z0-9][a-z0-9_]{0,39}$/)
          expect([...label.name].length).toBeLessThanOrEqual(80)
          expect(label.name).not.toBe('')
          expect(label.name).not.toMatch(/\p{Surrogate}/u)
        }
      })
    )
  })
})
