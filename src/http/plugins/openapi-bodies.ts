import { FILES_MAX } from '../schemas/datasets.ts'

export const media = (type: string, schema: object) => ({ [type]: { schema } })
const text = { type: 'string' }
const bytes = { type: 'string', format: 'binary' }
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** A form of a file and its options; `other` is what is taken in place of a form. */
const uploadBody = (file: string, options: string, other: object = {}) => ({
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          required: ['file'],
          properties: { file: { ...bytes, description: file }, options: ref(options) }
        },
        encoding: { options: { contentType: 'application/json' } }
      },
      ...other
    }
  }
})

const orders = uploadBody(
  `CSV, NDJSON, JSON, XLSX or Parquet, each also gzipped or in a ZIP; told apart by content. Up to ${FILES_MAX} parts of this name are joined on the ids they share.`,
  'DatasetOptionsInput',
  media('application/json', ref('DatasetRequestInput'))
)

/** What no zod schema says, by operation: forms, streams and texts. */
export const bodies: Record<string, Record<string, object>> = {
  'post /datasets': orders,
  'post /datasets/preview': orders,
  'post /assign/files': uploadBody(
    'CSV or Arrow (stream or file, not compressed inside), each also gzipped; told apart by content.',
    'AssignFileOptionsInput'
  ),
  'get /assign/files/{id}/content': {
    responses: {
      200: {
        description: 'The assignments.',
        content: {
          ...media('text/csv', text),
          ...media('application/vnd.apache.arrow.file', bytes)
        }
      },
      206: { description: 'The part that `Range` names.' },
      304: { description: 'Not changed.' }
    }
  },
  'get /datasets/{id}/rejected': {
    responses: { 200: { description: 'The rejected rows.', content: media('text/csv', text) } }
  },
  'get /jobs/{id}/events': {
    responses: { 200: { description: 'The events.', content: media('text/event-stream', text) } }
  },
  'get /metrics': { responses: { 200: { description: 'The metrics.', content: media('text/plain', text) } } },
  'get /openapi.json': {
    responses: { 200: { description: 'The contract.', content: media('application/json', { type: 'object' }) } }
  },
  'get /openapi.yaml': {
    responses: { 200: { description: 'The contract.', content: media('application/yaml', text) } }
  }
}
