import type { Model } from '../domain/records/model.ts'
import { formatPercent, listed } from '../domain/segments/words.ts'
import type { Flows } from './flows.ts'
import { findModel } from './lookup.ts'
import type { ModelExplanation } from './messages/models.ts'
import type { Tools } from './tools.ts'

/** The segments of a model as a few questions about its customers, and the features that set each apart. */
export const explainModel =
  (tools: Tools): Flows['explainModel'] =>
  async (tenant, id) => {
    const model = await findModel(tools, tenant, id)
    return {
      model_id: model.id,
      surrogate: surrogateOf(model),
      segments: model.segments.map((segment) => ({
        segment_id: segment.id,
        features: Object.entries(segment.profile)
          .map(([feature, { relative_importance, standardized_difference }]) => ({
            feature,
            clustered: model.fit.features.some(({ name }) => name === feature),
            relative_importance,
            standardized_difference
          }))
          .sort((a, b) => strength(b) - strength(a))
      })),
      limitations: [...limitationsOf(model), ...model.limitations]
    }
  }

const strength = ({ standardized_difference }: { standardized_difference: number | null }): number =>
  Math.abs(standardized_difference ?? 0)

function surrogateOf({ surrogate, segments }: Model): ModelExplanation['surrogate'] {
  if (surrogate === undefined) return null
  return {
    ...surrogate,
    leaves: surrogate.leaves.map(({ segment, ...leaf }) => ({ segment_id: segments[segment]!.id, ...leaf }))
  }
}

function limitationsOf({ surrogate, segments }: Model): string[] {
  if (surrogate === undefined) {
    return ['This model was trained by a version that grew no tree: train it again to have its segments as rules.']
  }
  const silent = segments.filter((_, index) => !surrogate.leaves.some(({ segment }) => segment === index))
  const names = listed(silent.map(({ name }) => name))
  return [
    `The tree imitates the model: for ${formatPercent(surrogate.fidelity)} of the customers it says the model's segment. Assignments are made by the model, never by the tree.`,
    ...(silent.length > 0 ? [`The tree is too shallow to tell ${names} from the other segments.`] : [])
  ]
}
