import { FeatureList } from '../schemas/features.ts'
import type { Routes } from '../types.ts'

export const featureRoutes: Routes<'listFeatures'> = async (app, { flows }) => {
  app.get(
    '/features',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listFeatures',
        summary: 'List what a model can be trained on',
        tags: ['models'],
        response: { 200: FeatureList }
      }
    },
    async () => ({ data: [...flows.listFeatures()], next_cursor: null })
  )
}
