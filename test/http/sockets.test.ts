import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts'
import { openDoor } from '../helpers/door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
let port: number
beforeAll(async () => {
  door = await openDoor({ pace: { headersMs: 1500, windowMs: 1500, windowBytes: 1000, wholeMs: 3000, lingerMs: 300 } })
  await door.app.listen({ port: 0 })
  port = (door.app.server.address() as { port: number }).port
})
afterAll(async () => await door.close())

/** Sends bytes, and more of them every 100 ms where `drip` is given; resolves with all that came back. */
function exchange(bytes: string, drip?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1')
    const timer = setInterval(() => drip !== undefined && socket.writable && socket.write(drip), 100)
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      answer += text
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (answer === '' ? reject(error) : undefined))
    socket.on('close', () => {
      clearInterval(timer)
      resolve(answer)
    })
    socket.write(bytes)
  })
}

const lines = (...text: string[]) => `${text.join('\r\n')}\r\n\r\n`
const JSON_POST = ['POST /models HTTP/1.1', 'Host: a', 'Content-Type: application/json']

const CASES: [string, string, ProblemCode][] = [
  ['garbage', 'not http at all\r\n\r\n', 'malformed_http'],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'malformed_http'],
  ['headers over 16 KiB', lines('GET /models HTTP/1.1', 'Host: a', `X: ${'x'.repeat(17_000)}`), 'headers_too_large'],
  ['no Host', lines('GET /models HTTP/1.1', 'Connection: close'), 'malformed_http'],
  [
    'a length and chunks together',
    lines(...JSON_POST, 'Content-Length: 2', 'Transfer-Encoding: chunked'),
    'malformed_http'
  ],
  ['two lengths', lines(...JSON_POST, 'Content-Length: 2', 'Content-Length: 3'), 'malformed_http'],
  ['an expectation', lines(...JSON_POST, 'Expect: 200-ok', 'Content-Length: 2'), 'expectation_failed'],
  ['TRACE', lines('TRACE /models HTTP/1.1', 'Host: a', 'Connection: close'), 'method_not_allowed'],
  [
    'two Idempotency-Keys',
    `${lines(...JSON_POST, 'Idempotency-Key: a', 'Idempotency-Key: b', 'Connection: close', 'Content-Length: 21')}{"dataset_id":"ds_1"}`,
    'invalid_idempotency_key'
  ],
  ['a body that stalls', `${lines(...JSON_POST, 'Content-Length: 100')}{`, 'request_timeout'],
  ['headers that never end', 'GET /models HTTP/1.1\r\nHost: a\r\n', 'request_timeout']
]

// Side by side, for they wait most of the time.
describe.concurrent('the socket', () => {
  test.each(CASES)('answers %s with a problem', async (_name, bytes, code) => {
    const answer = await exchange(bytes)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${PROBLEMS[code].status} `))
    expect(head.toLowerCase()).toContain('content-type: application/problem+json')
    const problem = JSON.parse(body.replace(/^[0-9a-f]+\r\n/, ''))
    expect(problem).toMatchObject({ code, status: PROBLEMS[code].status, type: `/problems/${code}` })
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.request_id}`)
  })

  test('ends a body that drips, however long it might go on', async () => {
    const answer = await exchange(lines(...JSON_POST, 'Content-Length: 100000'), ' ')
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
  })

  test('ends a JSON body that flows, but for too long', async () => {
    const answer = await exchange(lines(...JSON_POST, 'Content-Length: 1000000'), ' '.repeat(1000))
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
  })

  test('lets an upload flow for longer than any JSON body may take', async () => {
    const head = '--x\r\nContent-Disposition: form-data; name="extra"\r\n\r\n'
    const tail = '\r\n--x--\r\n'
    const piece = ' '.repeat(1000)
    // 40 pieces, one each 100 ms: 4 s, where 3 s are the limit for JSON.
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(port, '127.0.0.1')
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
      const length = head.length + 40 * piece.length + tail.length
      socket.write(
        `${lines('POST /datasets HTTP/1.1', 'Host: a', 'Connection: close', 'Content-Type: multipart/form-data; boundary=x', `Content-Length: ${length}`)}${head}`
      )
      let sent = 0
      const timer = setInterval(() => {
        socket.write(sent < 40 ? piece : tail)
        if (sent++ === 40) clearInterval(timer)
      }, 100)
    })
    expect(answer).toContain('"pointer":"/extra"')
  })

  test('hangs up on a body that goes on after its answer', async () => {
    // 404 at once; the body is read on for 300 ms, then the line is cut before its end.
    const answer = await exchange(
      lines('POST /nothing HTTP/1.1', 'Host: a', 'Content-Length: 1000000'),
      ' '.repeat(1000)
    )
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
  })

  test('takes an absolute address by its path, and repeats no foreign host', async () => {
    const answer = await exchange(lines('GET http://evil.example/nothing HTTP/1.1', 'Host: a', 'Connection: close'))
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
    expect(answer).not.toContain('evil')
  })

  test('serves HTTP/1.0 without a Host', async () => {
    expect(await exchange(lines('GET /health/live HTTP/1.0'))).toMatch(/^HTTP\/1.1 200 /)
  })
})

describe('closing', () => {
  test('finishes what has begun and refuses what comes after it on the same line', async () => {
    const other = await openDoor()
    let finish = () => {}
    const begun = new Promise<void>((resolve) => {
      other.app.get('/slow', { config: { scope: null } }, async () => {
        resolve()
        await new Promise<void>((done) => {
          finish = done
        })
        return { slow: true }
      })
    })
    await other.app.listen({ port: 0 })
    const socket = connect((other.app.server.address() as { port: number }).port, '127.0.0.1')
    const closed = new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
    })
    socket.write(lines('GET /slow HTTP/1.1', 'Host: a'))
    await begun
    const closing = other.close()
    // The second request is read while the first is still being answered.
    const refused = new Promise<void>((resolve) => other.app.server.once('request', () => resolve()))
    socket.write(lines('GET /models HTTP/1.1', 'Host: a'))
    await refused
    finish()
    const text = await closed
    await closing
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503'])
    expect(text).toContain('"slow":true')
    expect(text).toContain('"code":"draining"')
    expect(text.toLowerCase()).toContain('retry-after: 5')
  })
})
