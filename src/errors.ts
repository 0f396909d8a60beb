/** Every problem this service answers with (RFC 9457). The key is its `code` and the last part of its `type`. */
export const PROBLEMS = {
  // The request itself
  malformed_http: { status: 400, title: 'The request is not valid HTTP' },
  bad_url: { status: 400, title: 'The address cannot be decoded' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  body_required: { status: 400, title: 'The request needs a body' },
  validation_failed: { status: 400, title: 'The request does not fit its schema' },
  invalid_cursor: { status: 400, title: 'The cursor is not one this list has given out' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key cannot be used' },
  multipart_malformed: { status: 400, title: 'The multipart body cannot be read' },
  file_required: { status: 400, title: 'The upload has no file' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  insufficient_scope: { status: 403, title: 'The API key may not do this' },
  route_not_found: { status: 404, title: 'No such address' },
  method_not_allowed: { status: 405, title: 'The address does not take this method' },
  not_acceptable: { status: 406, title: 'No representation that the caller accepts' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  upload_aborted: { status: 400, title: 'The upload ended before it was complete' },
  body_too_large: { status: 413, title: 'The body is too large' },
  field_too_large: { status: 413, title: 'A form field is too large' },
  too_many_files: { status: 413, title: 'The upload has too many parts' },
  upload_too_large: { status: 413, title: 'The file is too large' },
  param_too_long: { status: 414, title: 'A part of the address is too long' },
  unsupported_media_type: { status: 415, title: 'The body has a type that this address does not take' },
  unsupported_encoding: { status: 415, title: 'The body has an encoding that this service does not take' },
  expectation_failed: { status: 417, title: 'The Expect header cannot be met' },
  range_not_satisfiable: { status: 416, title: 'The range lies outside of the file' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  rate_limited: { status: 429, title: 'Too many requests' },

  // What does not exist, or belongs to another tenant
  dataset_not_found: { status: 404, title: 'No such dataset' },
  model_not_found: { status: 404, title: 'No such model' },
  segment_not_found: { status: 404, title: 'No such segment' },
  customer_not_found: { status: 404, title: 'No such customer' },
  assign_file_not_found: { status: 404, title: 'No such file of assignments' },
  job_not_found: { status: 404, title: 'No such job' },
  champion_not_found: { status: 404, title: 'No model has been promoted yet' },

  // Conflicts with a state
  champion_in_use: { status: 409, title: 'The champion cannot be deleted' },
  dataset_in_use: { status: 409, title: 'Models rest on this dataset' },
  job_finished: { status: 409, title: 'The job has already ended' },
  idempotency_in_progress: { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  idempotency_mismatch: { status: 422, title: 'The Idempotency-Key was used with another request' },
  revision_mismatch: { status: 412, title: 'The resource has changed since it was read' },

  // Order files
  digest_mismatch: { status: 422, title: 'The file is not the one that was sent' },
  content_mismatch: { status: 415, title: 'The file is not a table of order lines' },
  unsupported_format: { status: 415, title: 'The file format is not supported' },
  source_not_available: { status: 422, title: 'The service is not set up for this source' },
  source_not_refreshable: { status: 422, title: 'The dataset came with its orders, not by reference' },
  source_connection_failed: { status: 422, title: 'The database cannot be reached' },
  source_query_failed: { status: 422, title: 'The database refused the query' },
  path_forbidden: { status: 422, title: 'The path leads out of the import folders' },
  path_not_found: { status: 422, title: 'No such file below the import folders' },
  remote_forbidden: { status: 422, title: 'The address may not be requested' },
  remote_tls: { status: 422, title: 'The certificate of the server is not valid' },
  remote_denied: { status: 422, title: 'The server lets nobody in' },
  remote_not_found: { status: 422, title: 'There is nothing at the address' },
  remote_unavailable: { status: 422, title: 'The server does not give the file' },
  remote_timeout: { status: 422, title: 'The source is too slow' },
  remote_too_large: { status: 422, title: 'The source gives too much' },
  remote_encoding: { status: 422, title: 'The reply has an encoding that is not read' },
  remote_incomplete: { status: 422, title: 'The file did not come whole' },
  file_empty: { status: 422, title: 'The file is empty' },
  no_rows: { status: 422, title: 'The file has no rows' },
  no_rows_kept: { status: 422, title: 'No row passed the cleansing' },
  header_missing: { status: 422, title: 'The file has no header line' },
  column_missing: { status: 422, title: 'A column that is needed was not found' },
  files_unrelated: { status: 422, title: 'The files have no id in common' },
  duplicate_key: { status: 422, title: 'A file that is joined has an id twice' },
  duplicate_column: { status: 422, title: 'A column is there twice' },
  too_many_columns: { status: 422, title: 'The file has too many columns' },
  too_many_rows: { status: 413, title: 'The file has too many rows' },
  too_many_bad_rows: { status: 422, title: 'Too many rows of the file cannot be read' },
  ambiguous_date_format: { status: 422, title: 'The dates can be read in two ways' },
  ambiguous_number_format: { status: 422, title: 'The numbers can be read in two ways' },
  mixed_currencies: { status: 422, title: 'The amounts are in several currencies' },
  currency_mismatch: { status: 422, title: 'The amounts are in another currency' },
  unreadable_date_format: { status: 422, title: 'The dates cannot be read' },
  invalid_pattern: { status: 422, title: 'A pattern is not a valid regular expression' },
  invalid_timezone: { status: 422, title: 'The time zone is unknown' },
  invalid_period: { status: 422, title: 'The period is empty' },
  encoding: { status: 422, title: 'The text encoding cannot be read' },
  csv_syntax: { status: 422, title: 'The CSV text is broken' },
  json_syntax: { status: 422, title: 'The JSON text is broken' },
  parquet_invalid: { status: 422, title: 'The Parquet file is damaged' },
  column_type: { status: 422, title: 'A column has a type that no order field has' },
  xlsx_invalid: { status: 422, title: 'The workbook is damaged' },
  sheet_not_found: { status: 422, title: 'The workbook has no such sheet' },
  legacy_xls: { status: 415, title: 'The workbook is in the format of Excel 97' },
  zip_invalid: { status: 422, title: 'The ZIP archive is damaged' },
  archive_of_many: { status: 422, title: 'The archive holds several files' },
  file_encrypted: { status: 422, title: 'The file is encrypted' },
  unsupported_codec: { status: 422, title: 'The file uses a codec that is not accepted' },
  arrow_invalid: { status: 422, title: 'The Arrow data is damaged' },
  arrow_batch_too_large: { status: 413, title: 'A record batch of the Arrow data is too large' },
  unsupported_arrow_type: { status: 422, title: 'A column of the Arrow data has a type that is not read' },
  gzip_invalid: { status: 422, title: 'The gzip data is damaged' },
  decompression_limit: { status: 413, title: 'The file unpacks to too much' },
  line_too_long: { status: 422, title: 'A line of the file is too long' },
  intake_crashed: { status: 500, title: 'Reading the file failed' },
  intake_memory: { status: 413, title: 'Reading the file needs more memory than is allowed' },

  // Training and serving
  too_few_customers: { status: 422, title: 'Fewer customers than the training needs' },
  k_too_large: { status: 422, title: 'Fewer distinct customers than segments' },
  degenerate_data: { status: 422, title: 'The customers do not differ in the chosen features' },
  unknown_feature: { status: 422, title: 'The dataset has no such feature' },
  invalid_reference_date: { status: 422, title: 'The reference date does not fit the data' },
  distance_not_supported: { status: 422, title: 'The options do not go together with this distance' },
  training_too_large: { status: 413, title: 'The training needs more memory than is allowed' },
  training_crashed: { status: 500, title: 'The training failed' },
  feature_missing: { status: 422, title: 'A customer lacks a feature that the model needs' },
  unassignable_customer: { status: 422, title: 'A customer cannot be assigned' },
  assignment_crashed: { status: 500, title: 'The assignment failed' },
  profile_too_large: { status: 413, title: 'The analysis needs more memory than is allowed' },
  profile_crashed: { status: 500, title: 'The analysis failed' },
  dataset_corrupt: { status: 500, title: 'The stored data is damaged' },
  job_timeout: { status: 503, title: 'The job took too long' },
  job_cancelled: { status: 409, title: 'The job was cancelled' },
  job_interrupted: { status: 500, title: 'The job was interrupted too often' },

  // The service
  queue_full: { status: 503, title: 'Every place in the queue is taken' },
  store_unavailable: { status: 503, title: 'The store cannot be reached' },
  draining: { status: 503, title: 'The service is shutting down' },
  storage_full: { status: 507, title: 'The disk is full' },
  internal_error: { status: 500, title: 'Something went wrong on our side' }
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

export interface FieldError {
  /** RFC 6901 JSON pointer into the body, or `/query/limit`, `/headers/…`. */
  pointer: string
  code: string
  message: string
}

export interface ProblemExtras extends ErrorOptions {
  errors?: FieldError[]
  /** Further members of the problem document, for example the cleansing report. */
  extensions?: Record<string, unknown>
  /** Seconds until another try makes sense; becomes Retry-After. */
  retryAfter?: number
}

/**
 * An answer other than success. Thrown by flows and adapters; http/plugins/problem-details.ts alone turns it into one.
 * `detail` tells the caller what to change and never names a path, a query or another tenant.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly errors: FieldError[] | undefined
  readonly extensions: Record<string, unknown>
  readonly retryAfter: number | undefined

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.code = code
    this.errors = extras.errors
    this.extensions = extras.extensions ?? {}
    this.retryAfter = extras.retryAfter
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  get title(): string {
    return PROBLEMS[this.code].title
  }
}

/** A Problem as plain data: it crosses thread and process borders and is kept with a failed job. */
export interface PlainProblem {
  code: ProblemCode
  detail: string
  errors?: FieldError[]
  extensions?: Record<string, unknown>
}

export function toPlainProblem(problem: Problem): PlainProblem {
  return {
    code: problem.code,
    detail: problem.message,
    ...(problem.errors && { errors: problem.errors }),
    extensions: problem.extensions
  }
}

export function fromPlainProblem(plain: PlainProblem): Problem {
  return new Problem(plain.code, plain.detail, {
    ...(plain.errors && { errors: plain.errors }),
    ...(plain.extensions && { extensions: plain.extensions })
  })
}

/** The members of the problem document that follow from the problem itself; a door adds instance and request_id. */
export function describeProblem(problem: Problem) {
  return {
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.status as number,
    detail: problem.message,
    code: problem.code as string,
    ...(problem.errors && { errors: problem.errors }),
    ...problem.extensions
  }
}
