import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type FetcherOptions, openFetcher, openServer } from '../../helpers/remote.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/** A server and a fetcher that may fetch from it by http. */
async function open(answer: Parameters<typeof openServer>[0], options: FetcherOptions = {}) {
  const server = await openServer(answer)
  const fetcher = await openFetcher({ allow: ['127.0.0.1'], ports: [server.port], ...options })
  opened.push(server, fetcher)
  return {
    server,
    fetcher,
    source: { type: 'url' as const, url: `http://127.0.0.1:${server.port}/orders.csv?sig=s3cret` }
  }
}

const codeOf = (fetching: Promise<unknown>): Promise<string | undefined> =>
  fetching.then(
    () => undefined,
    (error: { code: string }) => error.code
  )

/** Bytes that no other position has: what is lost, doubled or swapped shows. */
const bytesOf = (length: number): Buffer => {
  const content = Buffer.alloc(length)
  for (let i = 0; i + 4 <= length; i += 4) content.writeUInt32LE(i, i)
  return content
}

/** Sends a part of what was promised, then the connection breaks; what nobody has read by then may be lost with it. */
function cut(response: ServerResponse, part: Buffer): void {
  // What was written must be on its way before the connection ends.
  const end = () => setTimeout(() => response.socket?.destroy(), 5)
  if (part.length > 0) return void response.write(part, end)
  response.flushHeaders()
  end()
}

describe('a fetch', () => {
  test('gives the bytes as they are, with their hash, name and progress', async () => {
    const content = bytesOf(300_000)
    const { fetcher, server, source } = await open((_request, response) =>
      response.writeHead(200, { 'content-length': content.length, etag: '"1"' }).end(content)
    )
    const seen: { bytes: number; total: number | null }[] = []
    const fetched = await fetcher.fetch(source, { onProgress: (progress) => seen.push(progress) })
    expect(fetched).toMatchObject({ filename: 'orders.csv', version: { etag: '"1"' }, content })
    expect(fetched?.upload).toMatchObject({
      bytes: 300_000,
      sha256: createHash('sha256').update(content).digest('hex')
    })
    expect(seen.at(-1)).toEqual({ bytes: 300_000, total: 300_000 })
    expect(server.requests).toMatchObject([
      { method: 'GET', path: '/orders.csv?sig=s3cret', headers: { 'accept-encoding': 'identity' } }
    ])
  })

  test('takes a body in chunks, whose length nobody says beforehand', async () => {
    const { fetcher, source } = await open((_request, response) => {
      response.write('a,b\n')
      response.end('1,2\n')
    })
    expect((await fetcher.fetch(source))?.content.toString()).toBe('a,b\n1,2\n')
  })

  test('keeps gzip as it came', async () => {
    const content = Buffer.from('1f8b0800', 'hex')
    const { fetcher, source } = await open((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': 4 }).end(content)
    )
    expect((await fetcher.fetch(source))?.content).toEqual(content)
  })

  test.each(['br', 'zstd', 'deflate', 'compress', 'gzip, br', 'gzip, gzip'])(
    'refuses a reply encoded as %s',
    async (encoding) => {
      const { fetcher, source } = await open((_request, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end('x')
      )
      expect(await codeOf(fetcher.fetch(source))).toBe('remote_encoding')
      expect(await fetcher.uploadsLeft()).toEqual([])
    }
  )

  test.each([
    [401, 'remote_denied', 1],
    [403, 'remote_denied', 1],
    [404, 'remote_not_found', 1],
    [410, 'remote_not_found', 1],
    [400, 'remote_unavailable', 1],
    [204, 'remote_unavailable', 1],
    [206, 'remote_unavailable', 1],
    [304, 'remote_unavailable', 1],
    [301, 'remote_unavailable', 1],
    // Trouble that may pass is given two more tries.
    [429, 'remote_unavailable', 3],
    [500, 'remote_unavailable', 3],
    [503, 'remote_unavailable', 3]
  ])('of a status %d ends in %s after %d requests, with the status and no more', async (status, code, requests) => {
    const { fetcher, server, source } = await open((_request, response) =>
      response.writeHead(status).end(status === 204 || status === 304 ? undefined : 'internal words')
    )
    const error: Error & { code: string } = await fetcher.fetch(source).catch((thrown) => thrown)
    expect(error.code).toBe(code)
    expect(error.message).toContain(String(status))
    expect(error.message).not.toMatch(/internal words|s3cret|127\.0\.0\.1/)
    expect(server.requests.length).toBe(requests)
  })

  test('goes on after a trouble that passed', async () => {
    const { fetcher, source } = await open((_request, response, count) =>
      count < 3 ? response.writeHead(503).end() : response.end('a\n')
    )
    expect((await fetcher.fetch(source))?.content.toString()).toBe('a\n')
  })

  test('says that nobody listens', async () => {
    const { fetcher, server, source } = await open((_request, response) => response.end())
    await server.close()
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_unavailable')
  })

  test('says that a name does not exist', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
    const fetcher = await openFetcher({ lookup })
    opened.push(fetcher)
    const fetching = fetcher.fetch({ type: 'url', url: 'https://files.example.test/' })
    await expect(fetching).rejects.toMatchObject({ code: 'remote_unavailable' })
    await expect(fetching).rejects.toThrow('name')
  })
})

describe('a version that is known', () => {
  const version = { etag: '"1"', last_modified: 'Mon, 01 Jan 2024 00:00:00 GMT' }

  test('is asked for, and costs nothing where it still holds', async () => {
    const { fetcher, server, source } = await open((_request, response) => response.writeHead(304).end())
    expect(await fetcher.fetch(source, { known: version })).toBe(null)
    expect(server.requests).toMatchObject([
      { headers: { 'if-none-match': '"1"', 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' } }
    ])
    expect(await fetcher.uploadsLeft()).toEqual([])
  })

  test('that no longer holds is replaced', async () => {
    const { fetcher, source } = await open((_request, response) => response.writeHead(200, { etag: '"2"' }).end('b\n'))
    expect(await fetcher.fetch(source, { known: version })).toMatchObject({ version: { etag: '"2"' } })
  })
})

describe('limits', () => {
  test('end what says that it is too large before a byte of it', async () => {
    const { fetcher, source } = await open(
      (_request, response) => {
        response.writeHead(200, { 'content-length': 1001 })
        response.flushHeaders()
      },
      { limits: { maxBytes: 1000 } }
    )
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_too_large')
  })

  test('end what never ends', async () => {
    const { fetcher, source } = await open(
      (_request, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      },
      { limits: { maxBytes: 5_000_000 } }
    )
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_too_large')
    expect(await fetcher.uploadsLeft()).toEqual([])
  })

  test('refuse a body whose end could not be told from a cut', async () => {
    const { fetcher, source } = await open((request) => {
      request.socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\na,b\n1,2\n')
    })
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_incomplete')
  })

  test.each([
    ['says nothing', { headersMs: 50 }, () => {}],
    ['stops in the middle', { stallMs: 50, retries: 1 }, (response: ServerResponse) => void response.write('a')],
    [
      'stops where it could be continued',
      { stallMs: 50, retries: 1 },
      (response: ServerResponse) => void response.writeHead(200, { etag: '"1"', 'content-length': 9 }).write('a')
    ],
    [
      'trickles',
      { totalMs: 200 },
      (response: ServerResponse) => {
        const timer = setInterval(() => response.write('a'), 10)
        response.on('close', () => clearInterval(timer))
      }
    ]
  ])('end a server that %s', async (_what, limits, answer) => {
    const { fetcher, source } = await open((_request, response) => answer(response), { limits })
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_timeout')
    expect(await fetcher.uploadsLeft()).toEqual([])
  })

  test('end a server with endless headers', async () => {
    const { fetcher, source } = await open((_request, response) =>
      response.writeHead(200, { 'x-large': 'a'.repeat(20_000) }).end('a')
    )
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_unavailable')
  })

  test('leave an abort its reason', async () => {
    const { fetcher, source } = await open((_request, response) => void response.write('a'))
    const abort = new AbortController()
    const fetching = fetcher.fetch(source, { signal: abort.signal, onProgress: () => abort.abort('cancelled') })
    await expect(fetching).rejects.toBe('cancelled')
    expect(await fetcher.uploadsLeft()).toEqual([])
  })
})

describe('a connection that breaks', () => {
  const whole = (content: Buffer, etag = '"1"') => ({ etag, 'content-length': content.length })
  const startOf = (range: string | undefined) => Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1])

  test('anywhere, any number of times, gives the same bytes in the end', async () => {
    const content = bytesOf(20_000)
    const cuts = fc.array(fc.nat(content.length - 1), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (at, honoursRange) => {
        const left = [...at].sort((a, b) => a - b)
        const { server, fetcher, source } = await open((request, response) => {
          const start = honoursRange ? startOf(request.headers.range) : 0
          const end = left.shift()
          const headers =
            start === 0
              ? whole(content)
              : { etag: '"1"', 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
          response.writeHead(start === 0 ? 200 : 206, headers)
          if (end === undefined) response.end(content.subarray(start))
          else cut(response, content.subarray(start, Math.max(start, end)))
        })
        const fetched = await fetcher.fetch(source)
        expect(fetched?.content.equals(content)).toBe(true)
        const ranges = server.requests.filter(({ headers }) => headers.range !== undefined)
        for (const { headers } of ranges) expect(headers['if-range']).toBe('"1"')
        for (const each of opened.splice(0)) await each.close()
      }),
      { numRuns: 40 }
    )
  })

  test('is continued by the time of change where there is no ETag, once that is a minute old', async () => {
    const content = bytesOf(1000)
    const modified = 'Mon, 01 Jan 2024 00:00:00 GMT'
    let first: ServerResponse | undefined
    const { server, fetcher, source } = await open((request, response) => {
      const start = startOf(request.headers.range)
      if (start > 0) {
        const range = `bytes ${start}-999/1000`
        return response
          .writeHead(206, { 'last-modified': modified, 'content-range': range })
          .end(content.subarray(start))
      }
      response.writeHead(200, { 'last-modified': modified, 'content-length': 1000 }).write(content.subarray(0, 500))
      first = response
    })
    const fetched = await fetcher.fetch(source, { onProgress: () => first?.socket?.destroy() })
    expect(fetched?.content.equals(content)).toBe(true)
    expect(server.requests[1]?.headers).toMatchObject({ range: 'bytes=500-', 'if-range': modified })
  })

  test('is begun again where nothing says that it is still the same', async () => {
    const content = bytesOf(1000)
    const { server, fetcher, source } = await open((_request, response, count) => {
      response.writeHead(200, { etag: 'W/"1"', 'content-length': 1000 })
      if (count < 3) cut(response, content.subarray(0, 500))
      else response.end(content)
    })
    expect((await fetcher.fetch(source))?.content.equals(content)).toBe(true)
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined, undefined])
  })

  test('is begun again where the file has changed, and gives one version only', async () => {
    const versions = [bytesOf(1000), Buffer.alloc(700, 'x')] as const
    const { fetcher, source } = await open((_request, response, count) => {
      const content = versions[count === 1 ? 0 : 1]
      response.writeHead(200, whole(content, `"${count === 1 ? 1 : 2}"`))
      if (count === 1) cut(response, content.subarray(0, 500))
      else response.end(content)
    })
    expect(await fetcher.fetch(source)).toMatchObject({ content: versions[1], version: { etag: '"2"' } })
  })

  test.each([
    ['at another place', { 'content-range': 'bytes 0-999/1000', etag: '"1"' }],
    ['of another length', { 'content-range': 'bytes 500-1999/2000', etag: '"1"' }],
    ['of another version', { 'content-range': 'bytes 500-999/1000', etag: '"2"' }],
    ['without a place', { etag: '"1"' }]
  ])('is not continued by a part %s', async (_what, headers) => {
    const content = bytesOf(1000)
    let first: ServerResponse | undefined
    const { fetcher, source } = await open((request, response) => {
      if (request.headers.range !== undefined) return response.writeHead(206, headers).end(content.subarray(500))
      response.writeHead(200, whole(content)).write(content.subarray(0, 500))
      first = response
    })
    expect(await codeOf(fetcher.fetch(source, { onProgress: () => first?.socket?.destroy() }))).toBe(
      'remote_incomplete'
    )
    expect(await fetcher.uploadsLeft()).toEqual([])
  })

  test('is given up after so many tries that bring nothing', async () => {
    const { server, fetcher, source } = await open(
      (_request, response, count) => {
        if (count > 1) return response.socket?.destroy()
        response.writeHead(200, whole(bytesOf(1000)))
        cut(response, bytesOf(1000).subarray(0, 500))
      },
      { limits: { retries: 3 } }
    )
    expect(await codeOf(fetcher.fetch(source))).toBe('remote_unavailable')
    expect(server.requests.length).toBe(4)
    expect(await fetcher.uploadsLeft()).toEqual([])
  })
})
