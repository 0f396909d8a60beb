import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Folders } from '../../src/data/folders.ts'
import { Uploads } from '../../src/data/uploads.ts'
import { DEFAULT_TENANT } from '../../src/domain/tenant.ts'
import { heldBytes } from '../helpers/held-bytes.ts'
import { temporaryFolder } from '../helpers/read-file.ts'

function opened() {
  const folders = new Folders(temporaryFolder())
  const path = folders.upload(DEFAULT_TENANT, 'up_1')
  return { uploads: new Uploads(folders), path, left: () => readdirSync(dirname(path)) }
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}
const NO_LIMITS = Object.freeze({ maxBytes: 1000 })

test('Uploads.receive keeps the bytes and tells their number and hash', async () => {
  const { uploads, path, left } = opened()
  const sha256 = createHash('sha256').update('one,two').digest('hex')
  expect(await uploads.receive(DEFAULT_TENANT, 'up_1', chunks('one,', 'two'), NO_LIMITS)).toEqual({
    id: 'up_1',
    bytes: 7,
    sha256
  })
  expect(readFileSync(path, 'utf8')).toBe('one,two')
  expect(left()).toEqual(['up_1'])
  await uploads.discard(DEFAULT_TENANT, 'up_1')
  await uploads.discard(DEFAULT_TENANT, 'up_1')
  expect(left()).toEqual([])
})

test('Uploads.receiveOrders keeps a line of JSON for each order', async () => {
  const { uploads, path } = opened()
  const orders = Array.from({ length: 2500 }, (_, at) => Object.freeze({ order_id: `A${at}`, quantity: at }))
  await uploads.receiveOrders(DEFAULT_TENANT, 'up_1', orders)
  expect(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  ).toEqual(orders)
  await expect(uploads.receiveOrders(DEFAULT_TENANT, 'up_2', [])).rejects.toMatchObject({ code: 'file_empty' })
})

test('Uploads.receive holds no more of a file than a few chunks', async () => {
  const CHUNK = 1024 * 1024
  const { uploads } = opened()
  const before = heldBytes()
  let held = 0
  async function* many(): AsyncGenerator<Uint8Array> {
    for (let chunk = 0; chunk < 64; chunk++) {
      if (chunk % 8 === 7) held = Math.max(held, heldBytes() - before)
      yield Buffer.alloc(CHUNK)
    }
  }
  await uploads.receive(DEFAULT_TENANT, 'up_1', many(), { maxBytes: 64 * CHUNK, signal: new AbortController().signal })
  expect(held).toBeLessThan(16 * CHUNK)
})

describe('Uploads.receive leaves nothing behind', () => {
  test('when the file is too large', async () => {
    const { uploads, left } = opened()
    await expect(
      uploads.receive(DEFAULT_TENANT, 'up_1', chunks('12345', '67890'), { maxBytes: 9 })
    ).rejects.toMatchObject({
      code: 'upload_too_large'
    })
    expect(left()).toEqual([])
  })

  test('when the file is empty', async () => {
    const { uploads, left } = opened()
    await expect(uploads.receive(DEFAULT_TENANT, 'up_1', chunks(), NO_LIMITS)).rejects.toMatchObject({
      code: 'file_empty'
    })
    expect(left()).toEqual([])
  })

  test('when the connection breaks', async () => {
    const { uploads, left } = opened()
    async function* breaking() {
      yield Buffer.from('half')
      throw new Error('aborted')
    }
    await expect(uploads.receive(DEFAULT_TENANT, 'up_1', breaking(), NO_LIMITS)).rejects.toMatchObject({
      code: 'upload_aborted'
    })
    expect(left()).toEqual([])
  })

  test('when the caller gives up while nothing arrives', async () => {
    const { uploads, left } = opened()
    const abort = new AbortController()
    async function* stalled() {
      yield Buffer.from('half')
      await new Promise(() => {})
    }
    const receiving = uploads.receive(DEFAULT_TENANT, 'up_1', stalled(), { maxBytes: 1000, signal: abort.signal })
    setImmediate(() => abort.abort())
    await expect(receiving).rejects.toMatchObject({ code: 'upload_aborted' })
    expect(left()).toEqual([])
  })
})
