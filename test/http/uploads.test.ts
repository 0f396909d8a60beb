import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts'
import { openDoor } from '../helpers/door.ts'

const MAX = 100_000

let door: Awaited<ReturnType<typeof openDoor>>
let port: number
beforeAll(async () => {
  door = await openDoor({ environment: { UPLOAD_MAX_BYTES: String(MAX) } })
  await door.app.listen({ port: 0 })
  port = (door.app.server.address() as { port: number }).port
})
afterAll(async () => await door.close())

const post = () => supertest(`http://127.0.0.1:${port}`).post('/datasets')

/** Names of all files below the data folder that look like a received upload. */
async function uploadsLeft(): Promise<string[]> {
  const entries = await readdir(door.dataDir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && /upload|receiv/.test(entry.parentPath)).map((entry) => entry.name)
}

async function expectProblem(answer: Promise<supertest.Response> | supertest.Test, code: ProblemCode) {
  const { status, headers, body } = await answer
  expect(body).toMatchObject({ code, status: PROBLEMS[code].status, request_id: headers['x-request-id'] })
  expect(status).toBe(PROBLEMS[code].status)
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(await uploadsLeft()).toEqual([])
  return body
}

const form = (text: string) => text.replaceAll('\n', '\r\n')
const FILE = 'Content-Disposition: form-data; name="file"; filename="a.csv"\n\nh\n1\n'

describe('an upload', () => {
  test('needs a boundary', async () => {
    await expectProblem(post().set('content-type', 'multipart/form-data').send('x'), 'multipart_malformed')
  })

  test.each([
    ['inside the file', `--x\n${FILE}`],
    ['inside the headers of a part', '--x\nContent-Disposition: form-data; na'],
    ['before the first part', '--x'],
    ['after the options', '--x\nContent-Disposition: form-data; name="options"\n\n{}\n']
  ])('that ends %s is malformed', async (_where, text) => {
    await expectProblem(
      post().set('content-type', 'multipart/form-data; boundary=x').send(form(text)),
      'multipart_malformed'
    )
  })

  test('needs a file', async () => {
    await expectProblem(post().field('options', '{}'), 'file_required')
    await expectProblem(
      post().set('content-type', 'multipart/form-data; boundary=x').send('--x--\r\n'),
      'file_required'
    )
  })

  test('needs the file to be a file', async () => {
    await expectProblem(post().field('file', 'a,b\n1,2'), 'file_required')
  })

  test('has six files at most', async () => {
    const request = post()
    for (let file = 1; file <= 7; file++) request.attach('file', Buffer.from('a'), `${file}.csv`)
    await expectProblem(request, 'too_many_files')
  })

  test('has options once', async () => {
    await expectProblem(
      post().field('options', '{}').field('options', '{}').attach('file', Buffer.from('a'), 'a.csv'),
      'too_many_files'
    )
  })

  test('of 31 fields is refused', async () => {
    const request = post()
    for (let index = 0; index < 31; index++) request.field(`f${index}`, 'x')
    await expectProblem(request, 'validation_failed')
  })

  test('names a part that is not known, before and after the file', async () => {
    const before = await expectProblem(
      post().field('extra', '1').attach('file', Buffer.from('a'), 'a.csv'),
      'validation_failed'
    )
    expect(before.errors).toEqual([{ pointer: '/extra', code: 'unknown_field', message: 'is not known here' }])
    await expectProblem(post().attach('file', Buffer.from('a'), 'a.csv').field('extra', '1'), 'validation_failed')
  })

  test('has options that are JSON and fit', async () => {
    await expectProblem(post().attach('file', Buffer.from('a'), 'a.csv').field('options', '{'), 'invalid_json')
    const body = await expectProblem(
      post().field('options', '{"duplicates":"maybe"}').attach('file', Buffer.from('a'), 'a.csv'),
      'validation_failed'
    )
    expect(body.errors[0].pointer).toBe('/duplicates')
  })

  test('has options of at most 64 KiB', async () => {
    const long = JSON.stringify({ name: 'x'.repeat(70_000) })
    await expectProblem(post().field('options', long).attach('file', Buffer.from('a'), 'a.csv'), 'field_too_large')
    await expectProblem(
      post().attach('file', Buffer.from('a'), 'a.csv').attach('options', Buffer.from(long), 'options.json'),
      'field_too_large'
    )
  })

  test('has no part that reaches for a prototype', async () => {
    await expectProblem(post().field('__proto__', '1').attach('file', Buffer.from('a'), 'a.csv'), 'validation_failed')
  })

  test('has a file of at most the limit, and leaves nothing behind beyond it', async () => {
    await expectProblem(post().attach('file', Buffer.alloc(MAX + 1, 'a'), 'a.csv'), 'upload_too_large')
  })

  test('that the caller gives up leaves nothing behind and is no failure of ours', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      form(
        `POST /datasets HTTP/1.1\nHost: a\nContent-Type: multipart/form-data; boundary=x\nContent-Length: 90000\n\n--x\n${FILE}`
      ) + 'x'.repeat(20_000)
    )
    await expect.poll(uploadsLeft).toHaveLength(1)
    socket.destroy()
    await expect.poll(uploadsLeft).toEqual([])
    expect(door.logged().filter((line) => Number(line.level) >= 50)).toEqual([])
  })

  test('refused early is drained: the connection serves the next request', async () => {
    const answers = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(port, '127.0.0.1')
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
      const body = form(
        `--x\nContent-Disposition: form-data; name="extra"\n\n1\n--x\n${FILE.replace('1\n', '')}${'y'.repeat(50_000)}\n--x--\n`
      )
      socket.write(
        `POST /datasets HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      )
      socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    })
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
  })

  test('is stored under an id of ours, whatever its name', async () => {
    // Registering needs processes this door does not have: the 500 shows that everything before it went well.
    for (const name of ['../../x', 'a\0.csv', 'con.csv', '😀.csv', 'n'.repeat(5000)]) {
      const answer = await post().attach('file', Buffer.from('a'), name)
      expect(answer.status).toBe(500)
    }
    // The same look that finds nothing in the tests above.
    expect(await uploadsLeft()).toHaveLength(5)
    expect(
      (await readdir(door.dataDir, { recursive: true })).filter((path) => /con\.csv|😀|nnn|\.\./.test(path))
    ).toEqual([])
  })
})
