import { z } from 'zod'
import type { FeatureDefinition } from '../../domain/vocabulary.ts'

export const FeatureAnswer = z
  .object({
    name: z.string(),
    unit: z.enum(['days', 'orders', 'money', 'units', 'products', 'categories', 'share']),
    description: z.string(),
    default: z.boolean().meta({ description: 'Part of a model whose request names no features.' }),
    family: z.boolean().meta({ description: 'One name that stands for several columns.' })
  })
  .meta({ id: 'Feature' }) satisfies z.ZodType<FeatureDefinition>

export const FeatureList = z.object({ data: z.array(FeatureAnswer), next_cursor: z.null() }).meta({ id: 'FeatureList' })
