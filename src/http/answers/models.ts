import type { z } from 'zod'
import type { ModelWithState } from '../../flows/messages/models.ts'
import type { MetricsAnswer, ModelAnswer, ProjectionAnswer } from '../schemas/models.ts'

// Inside, a segment is its place in the model's list; outside, it is its id.

export function metricsAnswer(model: ModelWithState): z.output<typeof MetricsAnswer> {
  const { segments, ...metrics } = model.metrics
  return {
    ...metrics,
    segments: segments.map((figures, index) => ({ segment_id: segmentId(model, index), ...figures }))
  }
}

/** A model without its fit, whose fences and radii are not part of the contract, and what has addresses of its own. */
export function modelAnswer(model: ModelWithState): z.output<typeof ModelAnswer> {
  const { fit, projection: _projection, surrogate: _surrogate, revision: _revision, ...answer } = model
  return {
    ...answer,
    features: fit.features.map(({ name, transform, lambda, center, scale }) => ({
      name,
      transform,
      lambda,
      center,
      scale
    })),
    metrics: metricsAnswer(model)
  }
}

export function projectionAnswer(model: ModelWithState): z.output<typeof ProjectionAnswer> {
  const placed = ({ segment, x, y }: { segment: number; x: number; y: number }) => ({
    x,
    y,
    segment_id: segmentId(model, segment)
  })
  const { points, centroids, ...projection } = model.projection
  return { ...projection, points: points.map(placed), centroids: centroids.map(placed) }
}

function segmentId(model: ModelWithState, index: number): string {
  const segment = model.segments[index]
  if (segment === undefined) throw new RangeError(`the model has no segment ${index}`)
  return segment.id
}
