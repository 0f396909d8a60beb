import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../errors.ts'
import type { ModelWithState } from '../../flows/messages/models.ts'

/**
 * The version of everything that is said of a model: its id, its edits, whether it is the champion, and the form of
 * the answer. Strong: with the same tag the same bytes are sent.
 */
export function etagOf(model: ModelWithState, form = ''): string {
  return `"${model.id}.${model.revision}.${model.champion ? 'champion' : 'model'}${form}"`
}

const tagsOf = (header: string) => header.match(/\*|(?:W\/)?"[^"]*"/g) ?? []

/** Sets the ETag. @returns true when the caller has this version and 304 is the answer */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag)
  const known = request.headers['if-none-match']
  if (known === undefined) return false
  // If-None-Match compares weakly (RFC 9110, 13.1.2).
  const fresh = tagsOf(known).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag)
  if (fresh) reply.code(304)
  return fresh
}

/** @throws Problem revision_mismatch when the caller edits a version that is no more */
export function requireMatch(request: FastifyRequest, etag: string): void {
  const wanted = request.headers['if-match']
  if (wanted === undefined || tagsOf(wanted).some((tag) => tag === '*' || tag === etag)) return
  throw new Problem('revision_mismatch', 'It was changed since you read it: read it again and repeat the edit.')
}
