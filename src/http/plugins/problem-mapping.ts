import { Problem, type ProblemCode } from '../../errors.ts'

/** Fastify's and its plugins' errors that a caller can cause, as problems with a sentence that helps. */
const KNOWN: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: ['body_required', 'The body is empty: send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_json', 'The body is not valid JSON.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this address takes.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_http', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_BAD_URL: ['bad_url', 'The address has a percent sign that is not followed by a valid UTF-8 sequence.'],
  FST_ERR_MAX_PARAM_LENGTH: ['param_too_long', 'An id in the address has at most 200 characters.'],
  FST_ERR_ASYNC_CONSTRAINT: ['bad_url', 'The address cannot be routed.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['unsupported_media_type', 'Send multipart/form-data or application/json.'],
  FST_INVALID_JSON_FIELD_ERROR: ['invalid_json', 'The part options is not valid JSON.'],
  FST_PROTO_VIOLATION: ['validation_failed', 'A part has a name that is not allowed.'],
  FST_PARTS_LIMIT: ['too_many_files', 'Send as many files as the address takes, and at most one part options.'],
  FST_FILES_LIMIT: ['too_many_files', 'Send as many files as the address takes, and at most one part options.'],
  FST_FIELDS_LIMIT: ['too_many_files', 'Send as many files as the address takes, and at most one part options.'],
  FST_REQ_FILE_TOO_LARGE: ['upload_too_large', 'The file is larger than this service takes.'],
  FST_MP_PREMATURE_CLOSE: ['upload_aborted', 'The connection closed before the upload was complete.'],
  ECONNRESET: ['upload_aborted', 'The connection closed before the body was complete.'],
  ENOSPC: ['storage_full', 'The disk is full: try again when there is room.']
}

/** Any failure as the problem a caller is told of. What is not a caller's doing becomes a fixed sentence. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const known = KNOWN[codeOf(error)]
  if (known !== undefined) return new Problem(known[0], known[1], { cause: error })
  const status = statusOf(error)
  if (error instanceof SyntaxError && status === 400) {
    return new Problem('invalid_json', 'The body is not valid JSON.', { cause: error })
  }
  if (status === 415)
    return new Problem('unsupported_media_type', 'Send the body as application/json.', { cause: error })
  if (status >= 400 && status < 500) {
    return new Problem('malformed_http', 'The request cannot be read.', { cause: error })
  }
  return new Problem('internal_error', 'Something failed on our side; the request_id leads us to the cause.', {
    cause: error
  })
}

/** For a failure to read a multipart body: the parser's own errors carry neither code nor status. */
export function toUploadProblem(error: unknown): Problem {
  if (error instanceof Problem || KNOWN[codeOf(error)] !== undefined) return toProblem(error)
  return new Problem(
    'multipart_malformed',
    'The multipart body cannot be read: it needs a boundary in Content-Type and must end with it.',
    { cause: error }
  )
}

const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

const statusOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500

/** An id that cannot be one names nothing. Keyed by the first segment of the route. */
const NOT_FOUND: Record<string, [ProblemCode, string]> = {
  datasets: ['dataset_not_found', 'There is no dataset with this id.'],
  models: ['model_not_found', 'There is no model with this id.'],
  segments: ['segment_not_found', 'There is no segment with this id.'],
  customers: ['customer_not_found', 'The model knows no customer with this id.'],
  jobs: ['job_not_found', 'There is no job with this id.']
}

export function notFoundProblem(routeUrl: string | undefined): Problem {
  const [code, detail] = NOT_FOUND[routeUrl?.split('/')[1] ?? ''] ?? ['route_not_found', 'There is nothing here.']
  return new Problem(code, detail)
}
