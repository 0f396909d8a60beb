import type { VocabularyName } from '../vocabulary.ts'

/**
 * Where a segment, or the customers a name stands for, lies: standard deviations from the average
 * customer on a logarithmic scale. Recency counts days, so a positive one means long gone.
 */
export interface Position {
  recency: number
  frequency: number
  value: number
  average_order_value: number
}

export const AXES = ['recency', 'frequency', 'value', 'average_order_value'] as const
export type Axis = (typeof AXES)[number]

/** What a name stands for: the marketing idea behind it, whatever word a vocabulary has for it. */
export const MEANINGS = [
  'reward',
  'upsell',
  'retain',
  'nurture',
  'encourage',
  'excite',
  're_engage',
  'high_value_frequent',
  'occasional_high_spenders',
  'regular_valuable',
  'average_valuable',
  'frequent_lower_spend',
  'moderate_seasonal',
  'low_value'
] as const
export type Meaning = (typeof MEANINGS)[number]

export interface Prototype {
  name: string
  position: Position
  /** Sides that the words of the name assert: nobody below the average is called frequent while another name is left. */
  claims: Partial<Record<Axis, 1 | -1>>
}

const prototype = (
  name: string,
  [recency, frequency, value, averageOrderValue]: [number, number, number, number],
  claims: Prototype['claims'] = {}
): Prototype => ({ name, claims, position: { recency, frequency, value, average_order_value: averageOrderValue } })

/** Name and typical place of each meaning. */
export const PROTOTYPES: Readonly<Record<Meaning, Prototype>> = {
  reward: prototype('Reward', [-1, 2, 2, 0.4], { recency: -1, frequency: 1, value: 1 }),
  upsell: prototype('Upsell', [-0.6, 1, 1.2, 0.2], { recency: -1, value: 1 }),
  retain: prototype('Retain', [-0.4, 0.4, 0.4, 0], { value: 1 }),
  nurture: prototype('Nurture', [-0.5, -0.7, -0.7, -0.3]),
  encourage: prototype('Encourage', [-0.5, -0.7, -0.9, -0.3]),
  excite: prototype('Excite', [0.9, -0.5, -0.3, 0], { recency: 1 }),
  re_engage: prototype('Re-Engage', [2, -1, -1, -0.3], { recency: 1 }),
  high_value_frequent: prototype('High-value frequent', [-0.8, 1.6, 1.6, 0.4], { frequency: 1, value: 1 }),
  occasional_high_spenders: prototype('Occasional high-spenders', [0.3, -0.6, 0.4, 1.5], {
    frequency: -1,
    average_order_value: 1
  }),
  regular_valuable: prototype('Regular and valuable', [-0.4, 0.6, 0.6, 0.1], { value: 1 }),
  average_valuable: prototype('Average yet valuable', [-0.2, 0.1, 0, 0]),
  frequent_lower_spend: prototype('Frequent orders, lower spend', [-0.5, 0.8, -0.1, -1.3], {
    frequency: 1,
    average_order_value: -1
  }),
  moderate_seasonal: prototype('Moderate and seasonal', [0.3, -0.3, -0.3, -0.1], { value: -1 }),
  low_value: prototype('Low-value', [1, -0.9, -1.1, -0.5], { value: -1 })
}

export interface Vocabulary {
  meanings: readonly Meaning[]
  /** What its names tell apart. The four and the six steps speak of recency, orders and total spend only. */
  axes: readonly Axis[]
  /** Cost of a name that only makes sense once its neighbour is taken. */
  reluctance?: Partial<Record<Meaning, number>>
  /** Cost of giving a name twice, with a qualifier. Without it every name is used before any is used again. */
  reuse?: number
}

/** Upsell is the better half of the loyal and Excite the milder half of the lapsed: alone they are Retain or Reward, and Re-Engage. */
const SECOND_STEPS: Vocabulary['reluctance'] = { upsell: 1, excite: 1.5 }

/**
 * `auto` draws on all of them and leaves out what would stand beside its like: of Nurture and Encourage,
 * Retain and Regular, Reward and High-value, Re-Engage and Low-value, Moderate and Average it keeps one.
 */
export const VOCABULARY_MEANINGS: Readonly<Record<VocabularyName, Vocabulary>> = {
  retain_reengage_nurture_reward: {
    meanings: ['retain', 're_engage', 'nurture', 'reward'],
    axes: ['recency', 'frequency', 'value']
  },
  six_step: {
    meanings: ['retain', 'encourage', 'excite', 'upsell', 're_engage', 'reward'],
    axes: ['recency', 'frequency', 'value'],
    reluctance: SECOND_STEPS
  },
  spend_and_frequency: {
    meanings: [
      'high_value_frequent',
      'occasional_high_spenders',
      'regular_valuable',
      'frequent_lower_spend',
      'average_valuable',
      'moderate_seasonal',
      'low_value'
    ],
    axes: AXES
  },
  auto: {
    meanings: [
      'reward',
      'upsell',
      'retain',
      'nurture',
      'excite',
      're_engage',
      'occasional_high_spenders',
      'frequent_lower_spend',
      'moderate_seasonal'
    ],
    axes: AXES,
    reluctance: { ...SECOND_STEPS, moderate_seasonal: 1 },
    reuse: 6
  }
}

/** What the most valuable outliers are called, and those who left long ago. */
export const BEST_MEANINGS: readonly Meaning[] = ['reward', 'high_value_frequent']
export const GONE_MEANINGS: readonly Meaning[] = ['re_engage', 'low_value']

export function squaredDistance(a: Position, b: Position, axes: readonly Axis[] = AXES): number {
  return axes.reduce((sum, axis) => sum + (a[axis] - b[axis]) ** 2, 0)
}
