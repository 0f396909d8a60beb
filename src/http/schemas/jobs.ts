import { z } from 'zod'
import type { Job } from '../../domain/records/job.ts'
import { JOB_KINDS, JOB_STATES } from '../../domain/vocabulary.ts'
import { ProblemAnswer, pageOf, Share } from './common.ts'
import { Id, Instant } from './text.ts'

export const JobAnswer = z
  .object({
    id: Id,
    kind: z.enum(JOB_KINDS),
    status: z.enum(JOB_STATES),
    created_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    attempts: z.int().min(0),
    progress: z.object({ stage: z.string(), fraction: Share, message: z.string() }),
    result: z
      .object({ type: z.enum(['dataset', 'model', 'assign_file', 'profile']), id: Id })
      .nullable()
      .meta({ description: 'What the job made; null until it succeeded. A profile has the id of its dataset.' }),
    error: ProblemAnswer.nullable().meta({ description: 'Why it failed.' })
  })
  .meta({ id: 'Job' }) satisfies z.ZodType<Omit<Job, 'request'>>

export const JobPage = pageOf(JobAnswer).meta({ id: 'JobPage' })
