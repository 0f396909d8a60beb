import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { S3Settings } from '../../../src/data/references/s3.ts'
import { openFetcher, type RemoteServer, TENANT } from '../../helpers/remote.ts'
import { authorizationOf, openS3Server } from '../../helpers/s3-server.ts'

const REGION = 'eu-central-1'
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a/secret+key', sessionToken: 'session/token==' }
const CONTENT = Buffer.from('a,b\n1,2\n')
const KEYS = ['orders.csv', 'deep/er/orders 2024.csv', "o'r(d)e*r!s+=&%25,;:@.csv", 'bestellungen/ä–😀.csv', 'a//b.csv']

let server: RemoteServer
beforeAll(async () => {
  const keys = [...KEYS, 'shop/own.csv', 'other/theirs.csv']
  server = await openS3Server(new Map(keys.map((key) => [`/exports/${key}`, CONTENT])), REGION, CREDENTIALS)
})
afterAll(async () => await server.close())

const open = (changes: Partial<S3Settings> = {}) =>
  openFetcher({
    s3: {
      endpoint: `http://127.0.0.1:${server.port}`,
      region: REGION,
      buckets: ['exports'],
      pathStyle: true,
      ...CREDENTIALS,
      ...changes
    }
  })

async function codeOf(source: { bucket: string; key: string }, changes: Partial<S3Settings> = {}) {
  const fetcher = await open(changes)
  try {
    await fetcher.fetch({ type: 's3', ...source })
    return null
  } catch (error) {
    expect(JSON.stringify([(error as Error).message, String((error as Error).cause)])).not.toContain('secret')
    return (error as { code: string }).code
  } finally {
    await fetcher.close()
  }
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, example "GET Object": what the test
 * server computes is what AWS publishes.
 */
test("the test server's signature is that of AWS's documentation", () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const authorization = authorizationOf(
    {
      method: 'GET',
      path: '/test.txt',
      headers: {
        host: 'examplebucket.s3.amazonaws.com',
        range: 'bytes=0-9',
        'x-amz-content-sha256': empty,
        'x-amz-date': '20130524T000000Z'
      }
    },
    ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'],
    'us-east-1',
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
  )
  expect(authorization).toMatch(/Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/)
})

describe('an object', () => {
  test.each(KEYS)('is fetched by the key %s', async (key) => {
    const fetcher = await open()
    const fetched = await fetcher.fetch({ type: 's3', bucket: 'exports', key })
    expect(fetched?.content).toEqual(CONTENT)
    expect(fetched?.filename).toBe(key.split('/').at(-1))
    // It has not changed: the condition is signed too.
    expect(await fetcher.fetch({ type: 's3', bucket: 'exports', key }, { known: fetched?.version })).toBe(null)
    await fetcher.close()
  })

  test('lies in a bucket that is named, below its prefix, which may be the tenant’s', async () => {
    const mine = { buckets: ['exports/{tenant}/'] }
    expect(await codeOf({ bucket: 'exports', key: 'shop/own.csv' }, mine)).toBe(null)
    expect(await codeOf({ bucket: 'exports', key: 'other/theirs.csv' }, mine)).toBe('remote_forbidden')
    expect(await codeOf({ bucket: 'exports-2', key: 'orders.csv' })).toBe('remote_forbidden')
  })

  test.each(['../other/orders.csv', 'shop/../other/theirs.csv', './orders.csv'])(
    'has no key that an address would resolve: %s',
    async (key) => {
      const before = server.connections()
      expect(await codeOf({ bucket: 'exports', key }, { buckets: ['exports', 'exports/shop/'] })).toBe(
        'remote_forbidden'
      )
      expect(server.connections()).toBe(before)
    }
  )

  test('that is not there is not found', async () => {
    expect(await codeOf({ bucket: 'exports', key: 'no.csv' })).toBe('remote_not_found')
  })

  test.each([
    ['another secret', { secretAccessKey: 'another' }],
    ['another region', { region: 'us-east-1' }],
    ['no session', { sessionToken: undefined }]
  ])('is denied to %s', async (_what, changes) => {
    expect(await codeOf({ bucket: 'exports', key: 'orders.csv' }, changes)).toBe('remote_denied')
  })

  test.each([
    ['bucket', { buckets: [] }, 'S3_BUCKETS'],
    ['key', { accessKeyId: undefined }, 'AWS_ACCESS_KEY_ID'],
    ['secret', { secretAccessKey: undefined }, 'AWS_SECRET_ACCESS_KEY']
  ])('needs a %s', async (_what, changes, setting) => {
    const fetcher = await open(changes)
    expect(() => fetcher.references.check(TENANT, { type: 's3', bucket: 'exports', key: 'orders.csv' })).toThrow(
      setting
    )
    await fetcher.close()
  })
})
