import type { ProblemCode } from '../errors.ts'

/** What each problem means and what to do about it: the text behind `type`, and docs/errors.md. */
export const EXPLANATIONS: Readonly<Record<ProblemCode, string>> = {
  malformed_http: 'The bytes sent are not a request that HTTP/1.1 allows. Use an HTTP client library.',
  bad_url: 'The address holds a percent sign that does not start a valid UTF-8 sequence. Encode each part of the path.',
  invalid_json: 'The body does not parse as JSON in UTF-8, or uses keys such as __proto__ that are not allowed.',
  body_required: 'This address takes a JSON object as its body, and there was none.',
  validation_failed:
    'A field is missing, unknown, or has a value that is not allowed; errors names each by its pointer.',
  invalid_cursor: 'A cursor is valid only as next_cursor gave it, for the same list. Start again without one.',
  invalid_idempotency_key: 'Idempotency-Key is sent once and has 1 to 255 printable ASCII characters without spaces.',
  multipart_malformed: 'The form ends before its last boundary or names none. Let an HTTP library write it.',
  file_required: 'The form needs a part named file with a filename.',
  unauthenticated:
    'The API key is missing, wrong, expired or sent twice. Send it once, as Authorization: Bearer or X-API-Key.',
  insufficient_scope:
    'The API key is valid but lacks the scope this address needs. Ask an administrator for another key.',
  route_not_found: 'No route has this address. /openapi.json lists all of them.',
  method_not_allowed: 'The address exists but takes other methods; Allow lists them.',
  not_acceptable: 'Accept names only media types this address cannot answer with.',
  request_timeout: 'The headers or the body arrived too slowly. Try again on a better line.',
  upload_aborted: 'The connection closed before the whole body had arrived. Nothing was kept; send it again.',
  body_too_large: 'A JSON body has a limit. Send fewer items in each request, or upload order lines as a file.',
  field_too_large: 'The part options has a limit of 64 KiB.',
  too_many_files: 'A form has one part file, or up to six where orders come in several, and at most one part options.',
  upload_too_large: 'The file is larger than the service is set to take. Compress it with gzip or split it.',
  param_too_long: 'An id in the address may have 200 characters, the whole address 4,096 bytes.',
  unsupported_media_type:
    'The body has a Content-Type this address does not take: application/json in UTF-8, or a form for files.',
  unsupported_encoding:
    'Request bodies are not decompressed. Send them without Content-Encoding; gzipped files are sent as files.',
  expectation_failed: 'The only Expect value that is met is 100-continue.',
  range_not_satisfiable: 'The Range begins behind the end of the file, whose size Content-Range states.',
  headers_too_large: 'All headers of a request together may have 16 KiB.',
  rate_limited: 'There were too many requests, wrong keys or open streams. Wait for Retry-After seconds.',

  dataset_not_found: 'No dataset of yours has this id.',
  model_not_found: 'No model of yours has this id.',
  segment_not_found: 'No segment of yours has this id.',
  customer_not_found: 'The model does not know this customer. New customers are assigned by POST /assign.',
  assign_file_not_found: 'No file of assignments of yours has this id, or it has expired.',
  job_not_found: 'No job of yours has this id.',
  champion_not_found: 'No model is the champion yet. Train one, or name a model by model_id.',

  champion_in_use: 'The champion answers for /segments and /assign. Promote another model before deleting it.',
  dataset_in_use: 'Models rest on the dataset. Delete them first.',
  job_finished: 'A job that has ended cannot be cancelled.',
  idempotency_in_progress:
    'The first request with this Idempotency-Key is not answered yet. Repeat the same request a little later.',
  idempotency_mismatch: 'An Idempotency-Key stands for one request. Use a new key for another body.',
  revision_mismatch:
    'Someone changed the resource after you read it. Read it again and repeat the edit on what is there now.',

  digest_mismatch:
    'The bytes that arrived have another SHA-256 than options.sha256 says: something changed or cut them on the way.',
  content_mismatch:
    'The content is not a table of order lines, whatever its name says: an image, an archive, a web page.',
  unsupported_format:
    'Order lines are taken as CSV, JSON, NDJSON, Parquet and XLSX, each also gzipped or alone in a ZIP archive.',
  source_not_available:
    'The service reads this kind of source only once its operator has set it up; the detail names the setting.',
  source_not_refreshable:
    'Uploaded and inline orders lie nowhere that they could be fetched from again. Send them anew.',
  source_connection_failed:
    'The connection to the database could not be made or was lost. An administrator should check CONNECTIONS_FILE.',
  source_query_failed:
    'The database refused the query, in the words of the detail. Only one reading statement is sent, and it cannot write.',
  path_forbidden:
    'A path is relative to an import folder, has no . or .., and names a readable file that no link leads out of it.',
  path_not_found: 'No import folder has a file of this path. It is relative to the folder, and its case counts.',
  remote_forbidden:
    'Only public https addresses without user names are requested, also after a redirect; others once REMOTE_ALLOW has them.',
  remote_tls: 'The certificate has expired, is for another host, or is signed by nobody who is trusted.',
  remote_denied: 'The server answered 401 or 403. Give an address that lets the holder in, for example a signed one.',
  remote_not_found: 'The server answered 404 or 410. Check the address; signed ones expire.',
  remote_unavailable:
    'The server could not be reached, or answered with something other than the file. The detail has the status.',
  remote_timeout: 'The source took too long to answer, stopped sending, or sent too slowly. Try again later.',
  remote_too_large: 'The source gives more bytes than an upload may have. Gzip or split the file, or narrow the query.',
  remote_encoding:
    'Replies are read as they are or gzipped. Other values of Content-Encoding, such as br, are refused.',
  remote_incomplete:
    'The transfer broke off too often, or the file changed meanwhile, or its end could not be told. Nothing was kept.',
  file_empty: 'The file has no bytes.',
  no_rows: 'The file has a header and no rows.',
  no_rows_kept: 'Every row broke a rule or a filter; the report in the problem says which.',
  header_missing: 'The first line looks like data. Put a line with the names of the columns before it.',
  column_missing: 'A column was not recognised by its name. Say which it is in options.mapping.',
  files_unrelated:
    'Several files in one upload are joined by ids that they share. Give the column the same name in both, or leave a file out.',
  duplicate_key:
    'A file with what belongs to an id, such as customers or products, must have each id once. Keep one row of each.',
  duplicate_column: 'Two columns have one name, or two fields are mapped to one column.',
  too_many_columns: 'The file has more columns than are read. Keep those that orders need.',
  too_many_rows: 'The file has more rows than the service is set to take. Split it.',
  too_many_bad_rows: 'A large share of the rows cannot be read, which is rarely meant; the report shows examples.',
  ambiguous_date_format: 'The dates could be day or month first, and no value settles it. Give options.date_format.',
  ambiguous_number_format:
    'The numbers could have a point or a comma before their decimals, and no value settles it. Give options.decimal_separator.',
  mixed_currencies:
    'Amounts in several currencies cannot be added without rates. Send a file for each, or convert them before.',
  currency_mismatch: 'The file says another currency than options.currency does. Leave the option out, or correct it.',
  unreadable_date_format: 'Most dates do not fit any known format, or not the one given. Give options.date_format.',
  invalid_pattern: 'The pattern is not a valid RE2 expression. RE2 has no look-around and no back-references.',
  invalid_timezone: 'The time zone is not an IANA name such as Europe/London.',
  invalid_period: 'The period ends before it begins, or no order lies in it.',
  encoding: 'The text is neither UTF-8 nor the encoding given. Give options.encoding or convert the file.',
  csv_syntax: 'A quote is not closed or a line does not end; the detail names the line.',
  json_syntax: 'A line of the NDJSON file is not a JSON object; the detail names the line.',
  parquet_invalid: 'The Parquet file is truncated or damaged. Write it again.',
  column_type:
    'A column that an order field needs holds lists or records. Write one row for each order line, with plain values.',
  xlsx_invalid:
    'The workbook lacks a part or contradicts itself. Open it in a spreadsheet program and save it as .xlsx again.',
  sheet_not_found: 'The option sheet names none of the sheets; the detail lists them.',
  legacy_xls: 'Workbooks of Excel 97 to 2003 (.xls) are not read. Save the file as .xlsx or CSV.',
  zip_invalid:
    'The archive is truncated, contradicts itself or has entries no packer writes. Pack the file again, or send it as it is.',
  archive_of_many:
    'An archive may hold one file beside folders. Send the one with the order lines; the detail lists them.',
  file_encrypted: 'The file is protected by a password. Save it without one.',
  unsupported_codec:
    'The file is compressed inside with a codec that is not accepted: Parquet takes zstd, snappy or gzip, Arrow none.',
  arrow_invalid: 'The Arrow data ends early or contradicts itself. Write the file again.',
  arrow_batch_too_large: 'A record batch may have 256 MiB. Write smaller batches, for example of 65,536 rows.',
  unsupported_arrow_type: 'Features are whole or floating-point numbers, customer_id is text or a whole number.',
  gzip_invalid: 'The gzip data is truncated or damaged. Compress the file again.',
  decompression_limit: 'The compressed file unpacks to more than the service is set to take.',
  line_too_long: 'A line is longer than any order line: often an unclosed quote.',
  intake_crashed: 'The process that reads files ended unexpectedly. The service goes on; try again or report it.',
  intake_memory:
    'Reading the file takes more memory than the service is set to use, or than the machine has. Split it, or give it as Parquet.',

  too_few_customers: 'There are fewer customers than the training needs. Widen the period or the filters.',
  k_too_large: 'There are fewer distinct customers than segments asked for. Ask for fewer.',
  degenerate_data: 'All customers are alike in the chosen features. Choose others.',
  unknown_feature: 'The dataset, or any model, has no such feature; GET /features lists them.',
  invalid_reference_date: 'The reference date lies before the first order or is not a date.',
  distance_not_supported: 'The other options do not go together with this distance.',
  training_too_large:
    'The training needs more memory than the service may plan with, and the detail gives the figure; or exact was asked for more customers than any memory would do for.',
  training_crashed: 'The training ended unexpectedly. The service goes on; try again or report it.',
  feature_missing: 'A customer lacks a feature the model was trained on; errors names each.',
  unassignable_customer:
    'A customer cannot be placed: no order before the reference date, or values that are no numbers.',
  assignment_crashed: 'The assignment ended unexpectedly on our side. It may be started again.',
  profile_too_large:
    'Analysing the dataset needs more memory than a query may use: send a shorter period, with options.from or window_days.',
  profile_crashed: 'The analysis ended unexpectedly on our side. Ask for the profile again.',
  dataset_corrupt: 'Stored data no longer has its checksum. Upload the file again.',
  job_timeout: 'The job took longer than is allowed. Try fewer segments or restarts, or a smaller window.',
  job_cancelled: 'The job was cancelled before it was done.',
  job_interrupted: 'The service was stopped several times while the job ran. Start it again.',

  queue_full: 'Every place in the queue is taken. Try again after Retry-After seconds.',
  store_unavailable: 'The store of records cannot be reached. Try again later.',
  draining: 'The service is shutting down. Try again elsewhere, or later.',
  storage_full: 'The disk is full. Nothing was kept; try again when there is room.',
  internal_error: 'Something failed on our side. Report the request_id.'
}
