import type { Members } from '../data/members.ts'
import type { Segment, SegmentEdit } from '../domain/records/segment.ts'
import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { findModelOrChampion, findSegment, memberAt, withState } from './lookup.ts'
import type { SegmentMember } from './messages/customers.ts'
import type { Tools } from './tools.ts'

export const listSegments =
  (tools: Tools): Flows['listSegments'] =>
  async (tenant, modelId) => {
    const model = await findModelOrChampion(tools, tenant, modelId)
    return { model, segments: model.segments }
  }

export const describeSegment =
  (tools: Tools): Flows['describeSegment'] =>
  async (tenant, id) => {
    const { model, segment } = await findSegment(tools, tenant, id)
    return { model, segment }
  }

/** A marketer's words replace ours and stay; `edited` says which are theirs. */
export const editSegment =
  (tools: Tools): Flows['editSegment'] =>
  async (tenant, id, edit, ifRevision) => {
    const found = await findSegment(tools, tenant, id)
    const changed = await tools.stores.models.update(tenant, found.model.id, (model) => {
      if (ifRevision !== undefined && ifRevision !== model.revision) {
        throw new Problem('revision_mismatch', 'Read the segment again, and send the edit with its new ETag.')
      }
      return {
        ...model,
        revision: model.revision + 1,
        segments: model.segments.map((segment) => (segment.id === id ? applyEdit(segment, edit) : segment))
      }
    })
    const segment = changed?.segments[found.index]
    if (changed === undefined || segment === undefined) {
      throw new Problem('segment_not_found', `Segment ${id} was deleted with its model.`)
    }
    return { model: withState(changed, found.model.champion ? changed.id : undefined), segment }
  }

function applyEdit(segment: Segment, edit: SegmentEdit): Segment {
  const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined))
  return { ...segment, ...given, edited: [...new Set([...segment.edited, ...Object.keys(given)])].sort() }
}

export const listMembers =
  (tools: Tools): Flows['listMembers'] =>
  async (tenant, segmentId, { limit, cursor }) => {
    const { model, segment, index } = await findSegment(tools, tenant, segmentId)
    const members = await tools.members.open(tenant, model.id)
    const rows = members.rowsOf(index)
    const list = `segments/${segmentId}/customers`
    const start = cursor === undefined ? 0 : Number(tools.cursors.read(tenant, list, cursor))
    const end = Math.min(start + limit, rows.length)
    return {
      data: Array.from(rows.subarray(start, end), (row) => memberAt(members, row, segment.id)),
      next_cursor: end < rows.length ? tools.cursors.write(tenant, list, String(end)) : null
    }
  }

export const streamMembers =
  (tools: Tools): Flows['streamMembers'] =>
  async (tenant, segmentId) => {
    const { model, segment, index } = await findSegment(tools, tenant, segmentId)
    const members = await tools.members.open(tenant, model.id)
    return { features: [...members.featureNames], members: eachMember(members, index, segment.id) }
  }

function* eachMember(members: Members, index: number, segmentId: string): Generator<SegmentMember> {
  for (const row of members.rowsOf(index)) yield memberAt(members, row, segmentId)
}
