import { constants, gunzipSync } from 'node:zlib'
import { Problem } from '../../errors.ts'

/** What a file of bytes may be; a workbook is told by what its archive holds. */
export type Format = 'csv' | 'json' | 'parquet'

type RefusedCode = 'content_mismatch' | 'unsupported_format' | 'file_encrypted'

/** First bytes of what people upload by mistake, and what to do instead. */
const OTHERS: { magic: string; code: RefusedCode; what: string; advice: string }[] = [
  { magic: '504b', code: 'unsupported_format', what: 'a ZIP archive or a workbook', advice: 'upload the table as CSV' },
  { magic: 'd0cf11e0', code: 'unsupported_format', what: 'an old Office file', advice: 'save the table as CSV' },
  { magic: '28b52ffd', code: 'unsupported_format', what: 'a Zstandard file', advice: 'unpack it or use gzip' },
  { magic: '425a68', code: 'unsupported_format', what: 'a bzip2 file', advice: 'unpack it or use gzip' },
  { magic: 'fd377a585a00', code: 'unsupported_format', what: 'an xz file', advice: 'unpack it or use gzip' },
  { magic: '377abcaf271c', code: 'unsupported_format', what: 'a 7-Zip archive', advice: 'unpack it or use gzip' },
  { magic: '526172211a07', code: 'unsupported_format', what: 'a RAR archive', advice: 'unpack it or use gzip' },
  { magic: '4f626a01', code: 'unsupported_format', what: 'an Avro file', advice: 'upload CSV, JSON or Parquet' },
  { magic: '4f5243', code: 'unsupported_format', what: 'an ORC file', advice: 'upload CSV, JSON or Parquet' },
  { magic: '4152524f5731', code: 'unsupported_format', what: 'an Arrow file', advice: 'upload CSV, JSON or Parquet' },
  { magic: '50415245', code: 'file_encrypted', what: 'an encrypted Parquet file', advice: 'upload it unencrypted' },
  {
    magic: '53514c69746520666f726d6174',
    code: 'content_mismatch',
    what: 'an SQLite database',
    advice: 'export the order lines as CSV'
  },
  {
    magic: '89504e47',
    code: 'content_mismatch',
    what: 'a PNG picture',
    advice: 'upload the order lines as CSV, JSON or Parquet'
  },
  {
    magic: 'ffd8ff',
    code: 'content_mismatch',
    what: 'a JPEG picture',
    advice: 'upload the order lines as CSV, JSON or Parquet'
  },
  {
    magic: '47494638',
    code: 'content_mismatch',
    what: 'a GIF picture',
    advice: 'upload the order lines as CSV, JSON or Parquet'
  },
  {
    magic: '25504446',
    code: 'content_mismatch',
    what: 'a PDF document',
    advice: 'upload the order lines as CSV, JSON or Parquet'
  },
  {
    magic: '7f454c46',
    code: 'content_mismatch',
    what: 'a program',
    advice: 'upload the order lines as CSV, JSON or Parquet'
  },
  {
    magic: '4d5a90',
    code: 'content_mismatch',
    what: 'a program',
    advice: 'upload the order lines as CSV, JSON or Parquet'
  }
]

const GZIP = [0x1f, 0x8b]
const PARQUET = 'PAR1'

export const isGzip = (head: Buffer): boolean => head[0] === GZIP[0] && head[1] === GZIP[1]

/**
 * What a file is by its first bytes; its name says nothing.
 * @param head the first bytes after unpacking, at least 512 where the file has them
 * @throws Problem file_empty, content_mismatch, unsupported_format
 */
export function recognise(head: Buffer): Format {
  if (head.length === 0) throw new Problem('file_empty', 'The file has no content; send the order lines.')
  if (isGzip(head)) throw refused('unsupported_format', 'a gzip file inside another archive', 'pack it once')
  const hex = head.toString('hex', 0, 16)
  const other = OTHERS.find(({ magic }) => hex.startsWith(magic))
  if (other) throw refused(other.code, other.what, other.advice)
  if (head.toString('latin1', 0, 4) === PARQUET) return 'parquet'

  const text = textStart(head)
  if (/^<(\?xml|!doctype|html|head|body|table|svg|script)/i.test(text)) {
    throw refused('content_mismatch', 'an HTML or XML document', 'upload the order lines as CSV, JSON or Parquet')
  }
  if (/^[[{]/.test(text)) return 'json'
  return 'csv'
}

/**
 * Whether the beginning of a file is enough to look at it: a Parquet file and an archive, a workbook too, say at their end
 * what they hold.
 * @param head the first bytes as they came; a few thousand at most, for they may be packed
 */
export function showsAtItsBeginning(head: Buffer): boolean {
  const bytes = isGzip(head) ? unpackedHead(head) : head
  return bytes.length > 0 && !['PAR', 'PK'].some((magic) => bytes.toString('latin1', 0, magic.length) === magic)
}

function unpackedHead(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.alloc(0)
  }
}

/** The first characters of a text whatever its encoding: BOM and NUL (UTF-16) left out. */
function textStart(head: Buffer): string {
  return head
    .toString('latin1', 0, 512)
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart()
}

function refused(code: RefusedCode, what: string, advice: string): Problem {
  return new Problem(code, `The file is ${what}, which is not read here; ${advice}.`)
}
