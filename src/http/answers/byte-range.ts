import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../errors.ts'

/** From byte `start` to byte `end`, both included. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * The part of a file of `size` bytes that the caller asks for (RFC 9110, 14), and the headers of the answer. All of it is
 * undefined: also for several ranges, an unknown unit, and an If-Range that names another version.
 *
 * @throws Problem range_not_satisfiable
 */
export function rangeOf(
  request: FastifyRequest,
  reply: FastifyReply,
  size: number,
  etag: string
): ByteRange | undefined {
  reply.header('accept-ranges', 'bytes')
  const { range: header, 'if-range': version } = request.headers
  const whole = { start: 0, end: size - 1 }
  const asked = header === undefined || (version !== undefined && version !== etag) ? null : asRange(header, size)
  const { start, end } = asked ?? whole
  if (start > end) {
    reply.header('content-range', `bytes */${size}`)
    throw new Problem('range_not_satisfiable', `The file has ${size} bytes: ask for a range inside of it.`)
  }
  reply.header('content-length', end - start + 1)
  if (asked === null) return undefined
  reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`)
  return asked
}

/** Null for what is no single range; one that begins behind the end has `start > end`. */
function asRange(header: string, size: number): ByteRange | null {
  const [, from, to] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(header) ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return null
  if (from === '') return { start: Math.max(0, size - Number(to)), end: size - 1 }
  if (to !== '' && Number(to) < Number(from)) return null
  return { start: Number(from), end: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
