import { randomBytes } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { previewOrders } from '../../../src/data/intake/preview.ts'
import { NO_HOOKS, readRequest } from '../../helpers/read-file.ts'
import { openFetcher, openServer } from '../../helpers/remote.ts'
import { zipOf } from '../../helpers/zip.ts'

const MIB = 1024 * 1024

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/** Fetches what a look needs of a content, and says how much of it the server could give away. */
async function look(content: Buffer) {
  let given = 0
  function* pieces() {
    for (; given < content.length; given += MIB / 4) yield content.subarray(given, given + MIB / 4)
  }
  const server = await openServer((_request, response) => {
    response.writeHead(200, { 'content-length': content.length })
    pipeline(Readable.from(pieces()), response, () => {})
  })
  const fetcher = await openFetcher({ allow: ['127.0.0.1'], ports: [server.port], limits: { maxBytes: 200 * MIB } })
  opened.push(server, fetcher)
  const fetched = await fetcher.fetch({ type: 'url', url: `http://127.0.0.1:${server.port}/x` }, { beginning: true })
  return { fetched: fetched!.content, given }
}

/** Lines whose ids no packer makes small. */
const ids = randomBytes(8 * MIB).toString('hex')
const line = (at: number) => {
  const id = ids.slice(64 * at, 64 * at + 64)
  return { order_id: id, customer_id: id.slice(0, 8), quantity: 1, unit_price: 2, ordered_at: '2024-01-05' }
}
const lines = Array.from({ length: 250_000 }, (_, at) => line(at))
const csv = Buffer.from(
  `${Object.keys(lines[0]!).join(',')}\n${lines.map((each) => `${Object.values(each).join(',')}\n`).join('')}`
)
const ndjson = Buffer.from(lines.map((each) => `${JSON.stringify(each)}\n`).join(''))

describe('of a reference that is looked at', () => {
  for (const [what, content] of Object.entries({
    'a text': csv,
    'a text of objects': ndjson,
    'a packed text': gzipSync(csv, { level: 1 })
  })) {
    test(`${what} is fetched as far as it is looked at, and looks like the whole`, async () => {
      const { fetched, given } = await look(content)
      expect(fetched.length).toBeGreaterThanOrEqual(2 * MIB)
      expect(fetched.length).toBeLessThan(3 * MIB)
      expect(content.subarray(0, fetched.length).equals(fetched)).toBe(true)
      // What lies in the buffers of the connection is on its way already.
      expect(given).toBeLessThan(content.length)
      const [part, all] = [
        await previewOrders(readRequest(fetched), NO_HOOKS),
        await previewOrders(readRequest(content), NO_HOOKS)
      ]
      expect(part).toEqual(all)
      expect(part).toMatchObject({ problems: [], looked_at: { whole: false } })
    })
  }

  test('what says at its end what it holds is fetched whole', async () => {
    const archive = await zipOf({ 'orders.csv': csv }, { compress: false })
    for (const content of [archive, gzipSync(archive, { level: 1 }), Buffer.concat([Buffer.from('PAR1'), csv])]) {
      expect((await look(content)).fetched.equals(content)).toBe(true)
    }
  })

  test('a small text is fetched whole', async () => {
    const small = csv.subarray(0, csv.lastIndexOf('\n', MIB / 2) + 1)
    const { fetched } = await look(small)
    expect(fetched.equals(small)).toBe(true)
    expect((await previewOrders(readRequest(fetched), NO_HOOKS)).looked_at.whole).toBe(true)
  })
})
