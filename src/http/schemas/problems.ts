import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../../errors.ts'

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]

export const ProblemParams = z.strictObject({ code: z.enum(codes) })

export const ProblemExplanation = z
  .object({ type: z.string(), code: z.string(), status: z.int(), title: z.string(), explanation: z.string() })
  .meta({ id: 'ProblemExplanation' })
