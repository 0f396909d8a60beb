import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../../../errors.ts'
import { firstBytes, openSource, peek, type Source, type SourceLimits } from '../source.ts'
import { identify } from './contents.ts'
import { isBareWorkbook, isOle, legacyWorkbook, oleProblem } from './ole.ts'
import { ZipArchive } from './zip.ts'

/** An upload with what it was packed in taken off: a workbook, or the bytes of one file. */
export type Opened = { close(): void } & (
  | { kind: 'workbook'; compression: Source['compression']; archive: ZipArchive }
  | { kind: 'bytes'; source: Source }
)

const ZIP_MAGICS = ['504b0304', '504b0506', '504b0708']

/**
 * Opens an upload: as it lies, out of gzip, or out of a ZIP archive that holds one file. A workbook is an archive itself,
 * and may lie in either.
 * @throws Problem zip_invalid, gzip_invalid, file_encrypted, decompression_limit, archive_of_many, legacy_xls,
 * unsupported_format, file_empty
 */
export async function openUpload(path: string, work: string, limits: SourceLimits): Promise<Opened> {
  if (isZip(await firstBytes(path, 4))) return openZip(path, work, limits)
  const source = await openSource(path, limits)
  await refuseOle(source)
  if (isZip(source.head)) return openWorkbook(await unpack(source, work), 'gzip', limits)
  return { kind: 'bytes', source, close() {} }
}

async function openZip(path: string, work: string, limits: SourceLimits): Promise<Opened> {
  const archive = await openArchive(path, limits)
  try {
    const contents = await identify(archive)
    if (contents.kind === 'workbook') return opened(archive, null)
    const { head, all } = await peek(archive.read(contents.entry, limits.onShare))
    const source: Source = { compression: 'zip', head, chunks: all }
    await refuseOle(source)
    if (!isZip(head)) return { kind: 'bytes', source, close: () => archive.close() }
    const unpacked = await unpack(source, work)
    archive.close()
    return await openWorkbook(unpacked, 'zip', limits)
  } catch (error) {
    archive.close()
    throw error
  }
}

const opened = (archive: ZipArchive, compression: Source['compression']): Opened => ({
  kind: 'workbook',
  compression,
  archive,
  close: () => archive.close()
})

const isZip = (head: Buffer): boolean => ZIP_MAGICS.includes(head.toString('hex', 0, 4))

async function refuseOle(source: Source): Promise<void> {
  if (isOle(source.head)) throw await oleProblem(source.chunks)
  if (isBareWorkbook(source.head)) throw legacyWorkbook()
}

const openArchive = (path: string, { decompressedMaxBytes, signal }: SourceLimits): Promise<ZipArchive> =>
  ZipArchive.open(path, { unpackedMaxBytes: decompressedMaxBytes, signal })

/** What lay in another archive and is one itself: only a workbook may. */
async function openWorkbook(path: string, compression: 'gzip' | 'zip', limits: SourceLimits): Promise<Opened> {
  const archive = await openArchive(path, limits)
  try {
    const { kind } = await identify(archive)
    if (kind === 'workbook') return opened(archive, compression)
    throw nested()
  } catch (error) {
    archive.close()
    throw error
  }
}

async function unpack(source: Source, work: string): Promise<string> {
  const path = join(work, 'unpacked')
  await pipeline(source.chunks, createWriteStream(path))
  return path
}

const nested = (): Problem =>
  new Problem(
    'unsupported_format',
    'The file is an archive inside another; pack the order lines once, or send them as they are.'
  )
