import { PROBLEMS } from '../../errors.ts'
import { EXPLANATIONS } from '../problem-explanations.ts'
import { ProblemExplanation, ProblemParams } from '../schemas/problems.ts'
import type { Routes } from '../types.ts'

/** The `type` of every problem is an address that answers. */
export const problemRoutes: Routes = async (app) => {
  app.get(
    '/problems/:code',
    {
      config: { scope: null },
      schema: {
        operationId: 'explainProblem',
        summary: 'Read what a problem means and what to do about it',
        tags: ['operations'],
        params: ProblemParams,
        response: { 200: ProblemExplanation }
      }
    },
    async (request) => {
      const { code } = request.params
      return { type: `/problems/${code}`, code, ...PROBLEMS[code], explanation: EXPLANATIONS[code] }
    }
  )
}
