import { Problem } from '../../../errors.ts'
import { listNames } from '../order-columns.ts'
import type { ZipArchive, ZipEntry } from './zip.ts'

export type Contents = { kind: 'workbook' } | { kind: 'file'; entry: ZipEntry }

const CONTENT_TYPES = '[Content_Types].xml'
const CONTENT_TYPES_BYTES_MAX = 4 * 1024 * 1024
const MIMETYPE_BYTES_MAX = 200

/** Documents that are ZIP archives inside, by what they state; the first that fits decides. */
const DOCUMENTS: readonly [states: RegExp, what: string, advice: string][] = [
  [/spreadsheetml\.template|spreadsheetml\.sheet\.main\+xml/, '', ''],
  [
    /ms-excel\.(sheet|template|addin)\.macroEnabled/,
    'a workbook with macros (.xlsm)',
    'save it as .xlsx, which has none, or as CSV'
  ],
  [/ms-excel\.sheet\.binary/, 'a binary workbook (.xlsb)', 'save it as .xlsx or CSV'],
  [/wordprocessingml/, 'a Word document (.docx)', 'put the order lines into a sheet, or into a CSV file'],
  [/presentationml/, 'a PowerPoint presentation (.pptx)', 'upload the order lines as .xlsx or CSV'],
  [/oasis\.opendocument\.spreadsheet/, 'an OpenDocument spreadsheet (.ods)', 'save it as .xlsx or CSV'],
  [/oasis\.opendocument/, 'an OpenDocument file', 'upload the order lines as .xlsx or CSV'],
  [/epub/, 'an e-book', 'upload the order lines as .xlsx or CSV']
]

/** What packers add of their own accord. */
const IGNORED = /^__MACOSX\/|(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i

/**
 * What an archive is: a workbook, or one file that someone packed.
 * @throws Problem unsupported_format, archive_of_many, file_empty, and what reading it throws
 */
export async function identify(archive: ZipArchive): Promise<Contents> {
  const stated = await statement(archive)
  const document = stated === undefined ? undefined : DOCUMENTS.find(([states]) => states.test(stated))
  if (document) {
    const [, what, advice] = document
    if (what === '') return { kind: 'workbook' }
    throw refused(what, advice)
  }
  if (archive.files.some(({ name }) => /^Index(\.zip|\/[^/]+\.iwa)$/.test(name))) {
    throw refused('a document of Numbers, Pages or Keynote', 'export it as .xlsx or CSV')
  }
  const files = archive.files.filter(({ name }) => !IGNORED.test(name))
  if (files.length === 0) throw new Problem('file_empty', 'The ZIP archive holds no file; pack the order lines.')
  if (files.length > 1) {
    throw new Problem(
      'archive_of_many',
      `The ZIP archive holds ${files.length} files: ${listNames(files.map(({ name }) => name))}. Send the one that has the order lines, alone or as it is.`,
      { extensions: { files: files.slice(0, 100).map(({ name }) => name) } }
    )
  }
  return { kind: 'file', entry: files[0]! }
}

/** What the archive says of itself: the content types of Office, or the media type of OpenDocument. */
async function statement(archive: ZipArchive): Promise<string | undefined> {
  for (const [name, bytesMax] of [
    [CONTENT_TYPES, CONTENT_TYPES_BYTES_MAX],
    ['mimetype', MIMETYPE_BYTES_MAX]
  ] as const) {
    const file = archive.find(name)
    if (file === undefined || file.bytes > bytesMax) continue
    const parts: Buffer[] = []
    for await (const part of archive.read(file)) parts.push(part)
    // NUL: the part may be UTF-16.
    return Buffer.concat(parts).toString('latin1').replaceAll('\0', '')
  }
  return undefined
}

const refused = (what: string, advice: string): Problem =>
  new Problem('unsupported_format', `The file is ${what}, which is not read here; ${advice}.`)
