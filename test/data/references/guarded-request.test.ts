import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AddressGuard } from '../../../src/data/references/address-guard.ts'
import { request } from '../../../src/data/references/guarded-request.ts'
import { TEST_LIMITS } from '../../helpers/remote.ts'

/** A server that sends these bytes and does as it likes with the connection. */
async function requested(answer: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const guard = new AddressGuard({ allow: ['127.0.0.1'], ports: [port] })
  const target = await guard.resolve(guard.parse(`http://127.0.0.1:${port}/`))
  try {
    return await request(target, { headers: {}, limits: TEST_LIMITS, signal: new AbortController().signal })
  } finally {
    server.close()
  }
}

async function contentOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const CONTENT = Buffer.alloc(64 * 1024, 'a')
const HEAD = `HTTP/1.1 200 OK\r\ncontent-length: ${CONTENT.length}\r\nconnection: close\r\n\r\n`

// nodejs/undici#5360: there, this ends the process.
test('request gives the whole reply of a server that has closed before it is read', async () => {
  const reply = await requested((socket) => {
    socket.write(HEAD)
    socket.end(CONTENT)
  })
  await sleep(100)
  expect((await contentOf(reply.body)).equals(CONTENT)).toBe(true)
})

test.each([
  ['closes', (socket: Socket) => void socket.end()],
  ['resets', (socket: Socket) => void socket.resetAndDestroy()]
])('request tells a whole reply from one of a server that %s early', async (_what, end) => {
  const reply = await requested((socket) => {
    socket.write(HEAD)
    socket.write(CONTENT.subarray(1), () => setTimeout(() => end(socket), 20))
  })
  await sleep(100)
  await expect(contentOf(reply.body)).rejects.toMatchObject({ name: 'Broken' })
})

test('request leaves nothing running where nobody reads the reply', async () => {
  const closed = new Promise<void>((resolve) => {
    void requested((socket) => {
      socket.on('close', () => resolve())
      socket.write(HEAD)
    }).then((reply) => reply.close())
  })
  await closed
})

test.each([
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'
  ],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  [
    'an upgrade nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'
  ]
])('request refuses a reply with %s', async (_what, text) => {
  await expect(requested((socket) => void socket.end(text)).then(({ body }) => contentOf(body))).rejects.toMatchObject({
    name: 'Broken'
  })
})
