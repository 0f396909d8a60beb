import { AwsV4Signer } from 'aws4fetch'
import type { Tenant } from '../../domain/tenant.ts'
import { Problem } from '../../errors.ts'
import { AddressGuard, hostOf, portOf } from './address-guard.ts'
import { asBroken } from './broken.ts'
import { download } from './download.ts'
import { request } from './guarded-request.ts'
import type { FetchLimits, OpenedSource, OpenRequest } from './source.ts'

export interface S3Settings {
  /** Where the buckets are; undefined for AWS's own in the region. */
  endpoint: string | undefined
  region: string
  /** `bucket` or `bucket/prefix/`; `{tenant}` stands for the caller's tenant. */
  buckets: readonly string[]
  /** Whether the bucket comes in the path instead of the host. */
  pathStyle: boolean
  accessKeyId: string | undefined
  secretAccessKey: string | undefined
  sessionToken: string | undefined
}

export interface S3Options {
  settings: S3Settings
  limits: FetchLimits
  ca?: string | undefined
}

interface S3Object {
  bucket: string
  key: string
}

/** What can be refused before anything is asked. @throws Problem source_not_available, remote_forbidden */
export function checkS3(
  { bucket, key }: S3Object,
  tenant: Tenant,
  { buckets, accessKeyId, secretAccessKey }: S3Settings
): void {
  if (buckets.length === 0) throw unavailable('S3_BUCKETS names no bucket')
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw unavailable('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set')
  }
  const allowed = buckets.some((entry) => {
    const [name, ...prefix] = entry.replaceAll('{tenant}', tenant).split('/')
    return name === bucket && key.startsWith(prefix.join('/'))
  })
  if (!allowed) throw new Problem('remote_forbidden', 'The object lies in no bucket that S3_BUCKETS names.')
  // In an address such parts would be resolved away, and another object be asked for.
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw new Problem('remote_forbidden', 'A key with the parts . or .. cannot be asked for. Rename the object.')
  }
}

/** @throws Problem remote_*, source_not_available */
export async function openS3(
  object: S3Object,
  { tenant, known, signal }: OpenRequest,
  { settings, limits, ca }: S3Options
): Promise<OpenedSource | null> {
  checkS3(object, tenant, settings)
  const url = addressOf(object, settings)
  // The endpoint is the operator's word, so it may be private; it is still resolved once, and redirects are not followed.
  const guard = new AddressGuard({ allow: [hostOf(url)], ports: [portOf(url)] })
  const ask = async (headers: Record<string, string>) => {
    const target = await guard.resolve(url).catch((error: unknown) => {
      throw asBroken(error, signal)
    })
    return request(target, { headers: await signed(url, headers, settings), limits, ca, signal })
  }
  const opened = await download(ask, { known, limits, signal })
  return opened && { ...opened, filename: object.key.split('/').at(-1)?.slice(0, 200) || null }
}

/** The headers with the signature of AWS, version 4, over them. */
async function signed(
  url: URL,
  headers: Record<string, string>,
  settings: S3Settings
): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({
    method: 'GET',
    url: url.href,
    headers,
    service: 's3',
    region: settings.region,
    accessKeyId: settings.accessKeyId as string,
    secretAccessKey: settings.secretAccessKey as string,
    ...(settings.sessionToken !== undefined && { sessionToken: settings.sessionToken })
  })
  return Object.fromEntries((await signer.sign()).headers)
}

function addressOf({ bucket, key }: S3Object, { endpoint, region, pathStyle }: S3Settings): URL {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`)
  const path = key.split('/').map(encode).join('/')
  const base = url.pathname.replace(/\/$/, '')
  if (pathStyle) return new URL(`${base}/${encode(bucket)}/${path}`, url)
  url.hostname = `${bucket}.${url.hostname}`
  return new URL(`${base}/${path}`, url)
}

/** As RFC 3986 has it and S3 signs it: encodeURIComponent leaves these five alone. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

const unavailable = (why: string): Problem =>
  new Problem('source_not_available', `Objects of S3 cannot be read here: ${why}. Upload the file instead.`)
