import { z } from 'zod'
import type { HealthReport, Readiness } from '../../flows/messages/health.ts'
import { Id } from './text.ts'

export const HealthAnswer = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    uptime_seconds: z.number(),
    store: z.object({ type: z.enum(['memory', 'redis']), status: z.enum(['ok', 'unreachable']) }),
    workers: z.object({ size: z.int(), busy: z.int(), queued: z.int() }),
    champion: z.object({ model_id: Id, trained_at: z.string(), age_seconds: z.number() }).nullable()
  })
  .meta({ id: 'Health' }) satisfies z.ZodType<HealthReport>

export const LivenessAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' })

export const ReadinessAnswer = z
  .object({ ready: z.boolean(), reasons: z.array(z.string()) })
  .meta({ id: 'Readiness' }) satisfies z.ZodType<Readiness>
