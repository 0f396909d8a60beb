import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/** A ZIP archive as packers write it. */
export async function zipOf(
  files: Record<string, string | Buffer>,
  options: { compress?: boolean } = {}
): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name)
    else zip.addBuffer(Buffer.from(content), name, { compress: options.compress ?? true, mtime: new Date(0) })
  }
  zip.end()
  return buffer(zip.outputStream as NodeJS.ReadableStream)
}

/** The archive with a name changed, in both places where it stands, to another of the same length. */
export function renamed(archive: Buffer, from: string, to: string): Buffer {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new Error('names must be of one length')
  return Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1')
}

/** The archive with the directory's record of one file changed by `change`, which is given its place. */
export function withRecord(archive: Buffer, name: string, change: (archive: Buffer, record: number) => void): Buffer {
  const changed = Buffer.from(archive)
  for (let at = changed.indexOf('PK\x01\x02'); at >= 0; at = changed.indexOf('PK\x01\x02', at + 4)) {
    const length = changed.readUInt16LE(at + 28)
    if (changed.toString('utf8', at + 46, at + 46 + length) !== name) continue
    change(changed, at)
    return changed
  }
  throw new Error(`no record of ${name}`)
}
