import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { openServer } from './remote.ts'

export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

interface SignedRequest {
  method: string
  /** As sent, still encoded. */
  path: string
  headers: Record<string, string>
}

/**
 * The Authorization that AWS Signature Version 4 gives a request without query, by the steps of its documentation and
 * by no library: canonical request, string to sign, four keys derived in turn.
 * @param signed names of the headers that are signed, in order
 */
export function authorizationOf(
  { method, path, headers }: SignedRequest,
  signed: string[],
  region: string,
  { accessKeyId, secretAccessKey }: S3Credentials
): string {
  const time = headers['x-amz-date'] as string
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`
  const canonical = [
    method,
    path,
    '',
    ...signed.map((name) => `${name}:${(headers[name] as string).trim().replace(/ +/g, ' ')}`),
    '',
    signed.join(';'),
    headers['x-amz-content-sha256']
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = [time.slice(0, 8), region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  const signature = hmac(key, toSign).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${signed.join(';')},Signature=${signature}`
}

/** Null where the request is signed as S3 wants it; else what is wrong. */
function faultOf(request: IncomingMessage, region: string, credentials: S3Credentials): string | null {
  const headers = request.headers as Record<string, string>
  const given = headers.authorization?.replaceAll(', ', ',')
  const signed = /SignedHeaders=([^,]+)/.exec(given ?? '')?.[1]?.split(';')
  if (given === undefined || signed === undefined) return 'MissingSecurityHeader'
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))]
  if (!needed.every((name) => signed.includes(name))) return 'SignatureDoesNotMatch'
  if (headers['x-amz-security-token'] !== credentials.sessionToken) return 'InvalidToken'
  const age = Math.abs(
    Date.now() - Date.parse((headers['x-amz-date'] ?? '').replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:'))
  )
  if (!(age < 900_000)) return 'RequestTimeTooSkewed'
  const expected = authorizationOf(
    { method: request.method as string, path: request.url as string, headers },
    signed,
    region,
    credentials
  )
  return given === expected ? null : 'SignatureDoesNotMatch'
}

/**
 * Speaks what S3 speaks of GET: signatures, ETags, conditions and ranges.
 * @param objects by their path, decoded: `/bucket/key`
 */
export function openS3Server(objects: Map<string, Buffer>, region: string, credentials: S3Credentials) {
  return openServer((request, response) => {
    const fault = faultOf(request, region, credentials)
    if (fault !== null) return response.writeHead(403).end(`<Error><Code>${fault}</Code></Error>`)
    const content = objects.get(decodeURIComponent(request.url as string))
    if (content === undefined) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    const etag = `"${createHash('md5').update(content).digest('hex')}"`
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end()
    response.writeHead(200, { etag, 'content-length': content.length }).end(content)
  })
}
