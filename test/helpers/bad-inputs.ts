import { CASES } from '../data/intake/bad-csv-cases.ts'

/** What goes wrong, what it gets, and the test that shows it. */
export interface BadInput {
  what: string
  /** Status and code, or a sentence. */
  answer: string
  test: readonly [file: string, title: string]
}

const UPLOADS = 'test/http/uploads.test.ts'
const FORMATS = 'test/data/intake/formats.test.ts'
const FOREIGN = 'test/data/intake/foreign-parquet.test.ts'
const WORKBOOK = 'test/data/intake/workbook.test.ts'
const ARCHIVES = 'test/data/intake/archives.test.ts'
const NESTED = 'test/data/intake/nested-json.test.ts'
const GUARD = 'test/data/references/url-guard.test.ts'
const DOWNLOAD = 'test/data/references/download.test.ts'
const FAULTS = 'test/data/intake/faults.test.ts'

const row = (what: string, answer: string, file: string, title: string): BadInput => ({
  what,
  answer,
  test: [file, title]
})

const FORMS: BadInput[] = [
  row('a form without a boundary', '400 multipart_malformed', UPLOADS, 'needs a boundary'),
  row('a form that ends in the middle', '400 multipart_malformed', UPLOADS, 'that ends %s is malformed'),
  row('a form without a file', '400 file_required', UPLOADS, 'needs a file'),
  row('seven files', '413 too_many_files', UPLOADS, 'has six files at most'),
  row('options twice', '413 too_many_files', UPLOADS, 'has options once'),
  row('31 fields, or one that is not known', '400 validation_failed', UPLOADS, 'of 31 fields is refused'),
  row('options that are no JSON', '400 invalid_json', UPLOADS, 'has options that are JSON and fit'),
  row('options of more than 64 KiB', '413 field_too_large', UPLOADS, 'has options of at most 64 KiB'),
  row('a file over the limit', '413 upload_too_large', UPLOADS, 'has a file of at most the limit'),
  row(
    'a name that climbs, has a NUL, is a device, an emoji or of 5,000 characters',
    'accepted, stored under an id of ours',
    UPLOADS,
    'is stored under an id of ours, whatever its name'
  ),
  row('a field `__proto__`', '400 validation_failed', UPLOADS, 'has no part that reaches for a prototype'),
  row('options behind the file', 'honoured', UPLOADS, 'has options that are JSON and fit'),
  row(
    'a connection that ends within the upload',
    '400 upload_aborted',
    UPLOADS,
    'that the caller gives up leaves nothing behind'
  ),
  row('a file of no bytes', '422 file_empty', FORMATS, ', gzipped too`'),
  row('a picture, a PDF or a web page, whatever its name', '415 content_mismatch', FORMATS, ', gzipped too`'),
  row(
    'gzip that is cut off, or begins as gzip and is none',
    '422 gzip_invalid',
    FORMATS,
    'that is cut off or damaged is refused'
  ),
  row(
    'bytes of another SHA-256 than `sha256` says',
    '422 digest_mismatch',
    'test/http/service.test.ts',
    'that arrived otherwise than their digest says are refused'
  ),
  row(
    'a disk that is full, at any moment',
    '507 storage_full',
    'test/http/upload-faults.test.ts',
    'a full disk is told as storage_full'
  ),
  row(
    'a job that is cancelled while it waits',
    'its upload is removed',
    'test/http/upload-faults.test.ts',
    'an upload whose job is cancelled while it waits is removed at once'
  )
]

const FILES: BadInput[] = [
  row(
    'a Parquet file of kilobytes with millions of rows',
    '413 too_many_rows',
    FORMATS,
    'small in bytes and large in rows is refused by its footer'
  ),
  row(
    'Parquet packed with Brotli',
    '422 unsupported_codec',
    FORMATS,
    'compressed with Brotli is refused before it is read'
  ),
  row('Parquet packed with LZO', '422 unsupported_codec', FORMATS, 'compressed with LZO is refused before it is read'),
  row(
    'Parquet that is cut off, with another length of its footer, or of eight bytes',
    '422 parquet_invalid',
    FORMATS,
    'cut off, changed at its end, or of two letters is refused'
  ),
  row(
    'Parquet with a page that its checksum does not fit',
    '422 parquet_invalid',
    FOREIGN,
    'with bytes of a page changed is refused where it has checksums'
  ),
  row(
    'Parquet whose columns have two names',
    '422 parquet_invalid',
    FOREIGN,
    'whose footer gives a column two names is refused'
  ),
  row(
    'Parquet whose columns all lie in one place',
    '422 parquet_invalid',
    FOREIGN,
    'whose columns all lie in one place is refused'
  ),
  row('encrypted Parquet', '422 file_encrypted', FORMATS, 'that begins as an encrypted one is refused'),
  row(
    'Parquet with lists, maps and records',
    'left out; 422 column_type where a field needs them',
    FORMATS,
    'leaves columns of lists, maps and records out'
  ),
  row(
    'Parquet with INT96, deltas, dictionaries only, pages of version 2',
    'read',
    FOREIGN,
    'is read: INT96, decimals, dictionaries and deltas'
  ),
  row(
    'Parquet with DECIMAL(38), UINT64, ENUM',
    'read, exactly',
    FORMATS,
    'with whole numbers and decimals as wide as they come is read exactly'
  ),
  row('Parquet of more than 5,000 row groups', '422 parquet_invalid', FORMATS, 'in thousands of row groups is refused'),
  row('Parquet of 10,000 columns', '422 too_many_columns', FOREIGN, 'of 10,000 columns is refused'),
  row(
    'a workbook that unpacks to 300 times its size',
    '413 decompression_limit',
    WORKBOOK,
    'that unpacks to 300 times its size is refused at once'
  ),
  row(
    'a workbook that unpacks to more than is allowed',
    '413 decompression_limit',
    WORKBOOK,
    'that unpacks to more than is allowed is refused'
  ),
  row(
    'a workbook with more shared text than is held',
    '413 intake_memory',
    WORKBOOK,
    'with more shared text than is held is refused'
  ),
  row(
    'a workbook with a document type or entities',
    '422 xlsx_invalid',
    WORKBOOK,
    'with a document type or entities is refused'
  ),
  row(
    'a workbook that lacks a part',
    '422 xlsx_invalid',
    WORKBOOK,
    'that lacks a part, or whose parts are no XML, is refused'
  ),
  row(
    'a cell that refers to a shared text which is not there',
    '422 xlsx_invalid',
    WORKBOOK,
    'a shared text that is not there'
  ),
  row(
    'a row beyond 1,048,576, a column beyond XFD, a cell twice',
    '422 xlsx_invalid',
    WORKBOOK,
    'a row beyond the last'
  ),
  row(
    'a text or a tag without end',
    '422 xlsx_invalid',
    WORKBOOK,
    'with a text or a tag without end is refused before it fills the memory'
  ),
  row(
    'a workbook of 5,000 entries, or with two of one name',
    '422 zip_invalid',
    WORKBOOK,
    'of 5,000 entries, or with two of one name, is refused'
  ),
  row('an entry that leads out', '422 zip_invalid', WORKBOOK, 'with an entry that leads out of it is refused'),
  row(
    'sizes or checksums that lie',
    '422 zip_invalid',
    WORKBOOK,
    'whose directory lies about sizes or checksums is refused'
  ),
  row('an encrypted workbook', '422 file_encrypted', WORKBOOK, 'that is encrypted entry by entry is refused as such'),
  row(
    'a workbook with macros, or binary',
    '415 unsupported_format',
    WORKBOOK,
    'with macros, or binary, is refused by its name'
  ),
  row(
    'a workbook without a sheet that has a header',
    '422 header_missing',
    WORKBOOK,
    'without a header, without rows, or empty is refused'
  ),
  row(
    'a sheet of more rows than are read',
    '413 too_many_rows',
    WORKBOOK,
    'of more rows or columns than are read is refused'
  ),
  row('`.xls`', '415 legacy_xls', ARCHIVES, 'old workbooks are refused with advice, encrypted new ones as such'),
  row(
    'a ZIP archive of several files',
    '422 archive_of_many',
    ARCHIVES,
    'of several files is refused with their names'
  ),
  row(
    'an archive in an archive',
    '415 unsupported_format',
    ARCHIVES,
    'inside another, or with a gzip file, is refused'
  ),
  row(
    'gzip or ZIP that unpacks to more than 200 times its size',
    '413 decompression_limit',
    FORMATS,
    'that unpacks to more than 200 times its size is refused'
  ),
  row('gzip of several members', 'read whole', FORMATS, 'of several members is read whole'),
  row('gzip with bytes behind its end', '422 gzip_invalid', FORMATS, 'with bytes behind its end is refused'),
  row('NDJSON with a line of 100 MB', '422 line_too_long', NESTED, 'one line of 100 MB is refused, as is one element'),
  row(
    'NDJSON with lines that are broken or no objects',
    'rows under malformed_row',
    FORMATS,
    'broken lines and lines that are no objects are malformed rows with their numbers'
  ),
  row(
    'JSON with a key twice, or nested too deeply',
    'rows under malformed_row',
    NESTED,
    'a key twice, and objects nested too deeply, are malformed rows'
  ),
  row('a JSON array that breaks off', '422 json_syntax', FORMATS, 'that breaks off within an object'),
  row(
    'a line of a bulk file whose order is not before it',
    'rows under malformed_row',
    'test/data/intake/graphql-json.test.ts',
    'a line whose order is not before it is malformed'
  ),
  row(
    'a file that takes more memory than is allowed',
    '413 intake_memory',
    FAULTS,
    'a process that the kernel ends for want of memory is told from one that crashed'
  ),
  row(
    'a file that ends the process',
    '500 intake_crashed',
    'test/data/intake/intake.test.ts',
    'answers intake_crashed when the process is killed, and publishes nothing'
  )
]

const REFERENCES: BadInput[] = [
  row('http, ftp, gopher, ws', '422 remote_forbidden', GUARD, 'speaks %s'),
  row('file, data, javascript, no host', '422 remote_forbidden', GUARD, 'is %s'),
  row(
    'this machine, private, link-local, multicast and reserved addresses, in every way of writing them',
    '422 remote_forbidden',
    GUARD,
    'is https://%s'
  ),
  row(
    'a name that stands for a private address, also beside a public one',
    '422 remote_forbidden',
    GUARD,
    'has a name that stands for %s'
  ),
  row(
    'a name that stands for another address a moment later',
    'the checked address is asked',
    GUARD,
    'a name is resolved once for each request'
  ),
  row('a redirect to any of these', '422 remote_forbidden', GUARD, "describe('a redirect'"),
  row('more than three redirects, or a loop', '422 remote_forbidden', GUARD, 'in a loop ends'),
  row('a user name or password', '422 remote_forbidden', GUARD, 'carries %s'),
  row('another port', '422 remote_forbidden', GUARD, 'names port %d'),
  row('line ends, blanks, `#` or a backslash', '422 remote_forbidden', GUARD, 'could be read in two ways: %j'),
  row('a server that says nothing, or stops in the middle', '422 remote_timeout', DOWNLOAD, 'says nothing'),
  row('a reply that never ends, or is too large', '422 remote_too_large', DOWNLOAD, 'end what never ends'),
  row(
    'a reply without length or chunks',
    '422 remote_incomplete',
    DOWNLOAD,
    'refuse a body whose end could not be told from a cut'
  ),
  row('a login page', '415 content_mismatch', 'test/http/references.test.ts', 'a login page'),
  row('a reply in Brotli or another encoding', '422 remote_encoding', DOWNLOAD, "test.each(['br'"),
  row(
    'an expired certificate, or one for another host',
    '422 remote_tls',
    GUARD,
    'that is %s ends the fetch before anything is asked'
  ),
  row(
    'a path that leads out of the import folders',
    '422 path_forbidden',
    'test/data/references/import-folder.test.ts',
    "describe('a path'"
  )
]

const rulesOf = (rules: Record<string, number>): string => {
  const names = Object.keys(rules)
  return names.length === 0 ? 'read' : `rows under ${names.join(', ')}`
}

const TEXTS: BadInput[] = Object.values(CASES)
  .flat()
  .map(({ what, answer }) =>
    row(what, typeof answer === 'string' ? answer : rulesOf(answer), 'test/data/intake/bad-csv.test.ts', ' (case ')
  )

export const BAD_INPUTS: readonly [title: string, inputs: readonly BadInput[]][] = [
  ['Forms and uploads', FORMS],
  ['CSV', TEXTS],
  ['Parquet, workbooks, archives and JSON', FILES],
  ['References', REFERENCES]
]

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const coded = (answer: string): string => answer.replace(/\b[a-z]+(_[a-z]+)+\b/g, '`$&`')

/** docs/bad-inputs.md */
export const renderBadInputs = (): string =>
  `${[
    '# Bad inputs',
    'What broken, strange and hostile inputs get, and the tests that show it. Where rows fall under a rule, the rest of the file is read; nothing is dropped uncounted. Written from the lists of the tests; `npx vitest run test/sync/bad-inputs.test.ts -u` writes it anew.',
    ...BAD_INPUTS.flatMap(([title, inputs]) => [
      `## ${title}`,
      [
        '| input | what it gets | shown by |',
        '|---|---|---|',
        ...inputs.map(({ what, answer, test: [file] }) => `| ${cell(what)} | ${cell(coded(answer))} | \`${file}\` |`)
      ].join('\n')
    ])
  ].join('\n\n')}\n`
