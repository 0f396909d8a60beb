import swagger from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { stringify } from 'yaml'
import type { App } from '../types.ts'
import { bodies, media } from './openapi-bodies.ts'
import { polishDocument } from './openapi-document.ts'

const DESCRIPTION = `Order lines in, named customer segments out.

Upload orders (\`POST /datasets\`), train a model (\`POST /models\`), read its segments (\`GET /segments\`), assign
customers (\`POST /assign\`). Names are snake_case, times RFC 3339 in UTC, money in the dataset's currency. Errors are
RFC 9457 problem details; their \`code\` is contract. Keys in a JSON object that occur twice: the last one counts.`

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
})

/** Writes down every route that is registered after it. */
export async function openapi(app: App, { version }: { version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tessera',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: 'http://127.0.0.1:3000', description: 'A service started with its defaults.' }],
      tags: [
        { name: 'datasets', description: 'Order lines, cleansed.' },
        { name: 'models', description: 'Trained clusterings.' },
        { name: 'segments', description: 'Named groups of customers.' },
        { name: 'customers', description: 'Who belongs where.' },
        { name: 'jobs', description: 'Work that takes a while.' },
        { name: 'operations', description: 'Health, metrics and the contract itself.' }
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key. A service without keys needs none.' },
          api_key: { type: 'apiKey', in: 'header', name: 'x-api-key' }
        },
        responses: {
          Refused: problem('The request cannot be carried out as it is; `code` says why.'),
          Failed: problem('The service cannot carry it out now; `code` says why.')
        }
      }
    },
    convertConstToEnum: false,
    transform: (document) => {
      const transformed = jsonSchemaTransform(document)
      return { ...transformed, schema: { ...transformed.schema, ...documented(document.route) } as never }
    },
    transformObject: jsonSchemaTransformObject
  })
}

const header = (description: string, more: object = {}) => ({ type: 'string', description, ...more })

/** What the route's config promises, in the words of OpenAPI. */
function documented({ config = {}, schema }: RouteOptions): object {
  const headers = {
    ...(config.startsJob && {
      Prefer: header('`wait=SECONDS` (default 30, at most 120) or `respond-async`.', { examples: ['wait=60'] })
    }),
    ...(config.idempotent && {
      'Idempotency-Key': header('Repeating a request with the same key gives its first answer again, for 24 hours.', {
        minLength: 1,
        maxLength: 255
      })
    }),
    ...(config.tagged && { 'If-None-Match': header('ETag of the version you have.') }),
    ...(config.guarded && { 'If-Match': header('ETag of the version you edit; another one is answered 412.') })
  }
  const scope = config.scope
  return {
    ...(Object.keys(headers).length > 0 && { headers: { type: 'object', properties: headers } }),
    security: scope ? [{ bearer: [] }, { api_key: [] }, {}] : [],
    description: [schema && 'description' in schema ? schema.description : '', scope ? `Scope: \`${scope}\`.` : '']
      .filter(Boolean)
      .join('\n\n')
  }
}

export interface ApiDocument {
  readonly object: object
  readonly yaml: string
}

const documents = new WeakMap<object, ApiDocument>()

/** The contract of an app that is ready, as an object and as the text of openapi.yaml. */
export function apiDocument(app: App): ApiDocument {
  const known = documents.get(app.server)
  if (known !== undefined) return known
  const generated = structuredClone(app.swagger()) as unknown as {
    paths: Record<string, Record<string, { responses: object }>>
  }
  for (const [operation, special] of Object.entries(bodies)) {
    const [method, path] = operation.split(' ') as [string, string]
    Object.assign(generated.paths[path]![method]!, special)
  }
  const csv = generated.paths['/segments/{id}/customers']!.get!.responses as Record<string, { content: object }>
  Object.assign(
    csv[200]!.content,
    media('text/csv', { type: 'string', description: 'All customers, RFC 4180 with a header.' })
  )

  const object = polishDocument(generated)
  const document = { object, yaml: stringify(object, { lineWidth: 120, aliasDuplicateObjects: false }) }
  documents.set(app.server, document)
  return document
}
