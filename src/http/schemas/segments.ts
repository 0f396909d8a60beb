import { z } from 'zod'
import type { FeatureProfile, Segment, SegmentAction, SegmentEdit } from '../../domain/records/segment.ts'
import type { SegmentMember } from '../../flows/messages/customers.ts'
import { DistanceValue, FeatureValues, Limitations, MarginValue, pageOf, Share } from './common.ts'
import { Id, line, paragraph } from './text.ts'

const Profile = z.object({
  mean: z.number(),
  median: z.number(),
  p25: z.number(),
  p75: z.number(),
  relative_importance: z.number().nullable().meta({ description: 'Segment mean / mean of all customers − 1.' }),
  standardized_difference: z
    .number()
    .nullable()
    .meta({ description: '(Segment mean − mean of all) / standard deviation of all.' })
}) satisfies z.ZodType<FeatureProfile>

const Action = z.object({
  type: z.string(),
  title: z.string(),
  description: z.string(),
  channel: z.string(),
  kpi: z.string()
}) satisfies z.ZodType<SegmentAction>

export const SegmentAnswer = z
  .object({
    id: Id,
    model_id: Id,
    name: z.string(),
    kind: z.enum(['cluster', 'outlier']),
    color: z.string(),
    size: z.int().min(0).meta({ description: 'Customers.' }),
    share: Share,
    revenue: z.number(),
    revenue_share: z.number(),
    centroid: z.record(z.string(), z.number()).meta({ description: 'Mean of each feature in its own unit.' }),
    profile: z.record(z.string(), Profile),
    description: z.string(),
    rationale: z.string(),
    actions: z.array(Action),
    rule: z.object({ text: z.string(), precision: Share, coverage: Share }),
    silhouette: z.number().nullable(),
    limitations: Limitations,
    owner: z.string().nullable(),
    note: z.string().nullable(),
    edited: z.array(z.string()).meta({ description: 'Fields that a person changed.' })
  })
  .meta({ id: 'Segment' }) satisfies z.ZodType<Segment>

export const SegmentList = z
  .object({ data: z.array(SegmentAnswer), next_cursor: z.null(), model_id: Id, reference_date: z.string() })
  .meta({ id: 'SegmentList' })

export const SegmentEditRequest = z
  .strictObject({
    name: line(200).exactOptional(),
    description: paragraph(2000).exactOptional(),
    rationale: paragraph(5000).exactOptional(),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #1b9e77')
      .exactOptional(),
    actions: z
      .array(
        z.strictObject({
          type: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a word in snake_case of at most 64 letters'),
          title: line(200),
          description: paragraph(2000),
          channel: line(200),
          kpi: line(200)
        })
      )
      .max(20)
      .exactOptional(),
    owner: line(200).nullable().exactOptional(),
    note: paragraph(5000).nullable().exactOptional()
  })
  .refine((edit) => Object.keys(edit).length > 0, 'must change at least one field')
  .meta({
    id: 'SegmentEdit',
    description: 'What is given is changed and stays as edited; null clears owner or note.',
    examples: [{ name: 'Our best', owner: 'Ana', note: 'Invite to the spring preview.' }]
  }) satisfies z.ZodType<SegmentEdit>

export const SegmentsQuery = z.strictObject({
  model_id: Id.exactOptional().meta({ description: "Another model than the champion's." })
})

export const MemberAnswer = z
  .object({
    customer_id: z.string(),
    segment_id: Id,
    distance: DistanceValue,
    margin: MarginValue,
    silhouette: z.number().nullable(),
    revenue: z.number(),
    features: FeatureValues
  })
  .meta({ id: 'SegmentMember' }) satisfies z.ZodType<SegmentMember>

export const MemberPage = pageOf(MemberAnswer).meta({ id: 'SegmentMemberPage' })
