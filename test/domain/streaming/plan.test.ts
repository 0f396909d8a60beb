import { describe, expect, it } from 'vitest'
import { estimateCoresetBytes, planTraining } from '../../../src/domain/streaming/plan.ts'
import { estimateTrainingBytes } from '../../../src/domain/training.ts'
import { trainingOptions } from '../../helpers/planted.ts'

const MIB = 2 ** 20
const options = (method?: 'auto' | 'exact' | 'coreset') => trainingOptions(method && { method })

describe('planTraining', () => {
  it('takes all customers while they fit', () => {
    const bytes = estimateTrainingBytes(20_000, 3, options())
    for (const method of [undefined, 'auto', 'exact'] as const) {
      expect(planTraining(20_000, 3, options(method), bytes)).toEqual({ sampleSize: null, bytes })
    }
  })

  it('takes a sample when they do not, as large as the budget lets it be', () => {
    for (const budget of [96 * MIB, 112 * MIB, 128 * MIB]) {
      const { sampleSize, bytes } = planTraining(10_000_000, 3, options(), budget)
      expect(bytes).toBeLessThanOrEqual(budget)
      const more = estimateCoresetBytes(sampleSize! + 1000, 3, options())
      expect(sampleSize === 50_000 || more > budget).toBe(true)
    }
  })

  it('takes no more than 50,000, and those also where the kernels cannot address what memory could hold', () => {
    expect(planTraining(10_000_000, 3, options(), 1024 * MIB).sampleSize).toBe(50_000)
    // 60 million rows of 3 float64 in two orders are 2.9 GB, their float32 and labels as much again.
    expect(planTraining(60_000_000, 3, options(), 2 ** 50).sampleSize).toBe(50_000)
    expect(planTraining(60_000_000, 3, { ...options(), distance: 'cosine' }, 2 ** 50).sampleSize).toBeNull()
  })

  it('asks for the same memory whatever the number of customers', () => {
    expect(planTraining(10_000_000, 3, options(), 128 * MIB)).toEqual(planTraining(1e9, 3, options(), 128 * MIB))
  })

  it('asks for more than the budget where not even a small sample fits, and where exact was asked for', () => {
    expect(planTraining(10_000_000, 3, options(), 40 * MIB).bytes).toBeGreaterThan(40 * MIB)
    expect(planTraining(10_000_000, 3, options('exact'), 128 * MIB)).toEqual({
      sampleSize: null,
      bytes: estimateTrainingBytes(10_000_000, 3, options())
    })
  })

  it('takes a sample of customers who would fit where that is asked for', () => {
    expect(planTraining(1000, 3, options('coreset'), 128 * MIB).sampleSize).toBeGreaterThan(2000)
  })
})
