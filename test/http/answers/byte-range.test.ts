import type { FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { rangeOf } from '../../../src/http/answers/byte-range.ts'

function ask(headers: Record<string, string>, size = 100) {
  const sent: Record<string, unknown> = {}
  const reply = {
    code(status: number) {
      sent.status = status
      return reply
    },
    header(name: string, value: unknown) {
      sent[name] = value
      return reply
    }
  }
  const range = rangeOf({ headers } as FastifyRequest, reply as unknown as FastifyReply, size, '"v1"')
  return { range, sent }
}

describe('rangeOf', () => {
  // RFC 9110, 14.1.2, on a file of 100 bytes.
  test.each([
    ['bytes=0-9', { start: 0, end: 9 }, 'bytes 0-9/100', 10],
    ['bytes=90-', { start: 90, end: 99 }, 'bytes 90-99/100', 10],
    ['bytes=-5', { start: 95, end: 99 }, 'bytes 95-99/100', 5],
    ['bytes=-500', { start: 0, end: 99 }, 'bytes 0-99/100', 100],
    ['bytes=50-500', { start: 50, end: 99 }, 'bytes 50-99/100', 50]
  ])('%s', (header, range, contentRange, length) => {
    expect(ask({ range: header })).toEqual({
      range,
      sent: { status: 206, 'accept-ranges': 'bytes', 'content-range': contentRange, 'content-length': length }
    })
  })

  test.each(['items=0-9', 'bytes=0-9,20-29', 'bytes=9-0', 'bytes=-', 'bytes=a-b', 'bytes=0x1-2'])(
    'takes %j for no range and gives all',
    (header) => {
      expect(ask({ range: header })).toEqual({
        range: undefined,
        sent: { 'accept-ranges': 'bytes', 'content-length': 100 }
      })
    }
  )

  test('gives all when If-Range names another version, and the part when it names this one', () => {
    expect(ask({ range: 'bytes=0-9', 'if-range': '"v0"' }).range).toBeUndefined()
    expect(ask({ range: 'bytes=0-9', 'if-range': '"v1"' }).range).toEqual({ start: 0, end: 9 })
  })

  test.each(['bytes=100-', 'bytes=-0'])('refuses %j, which lies behind the end', (header) => {
    expect(() => ask({ range: header })).toThrow(expect.objectContaining({ code: 'range_not_satisfiable' }))
  })
})
