import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../errors.ts'
import { fsync } from './durable.ts'

const MANIFEST = 'manifest.json'
const FORMAT = 1

const manifestSchema = z.object({
  format: z.int().min(1),
  files: z.array(
    z.object({
      name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/),
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/)
    })
  )
})
type Manifest = z.output<typeof manifestSchema>

/**
 * Makes a finished folder visible in one step: writes manifest.json {format: 1, files: [{name, bytes, sha256}]},
 * forces everything onto the disk, renames `temporary` to `final`. A reader sees all of it or nothing, also after a
 * power cut. The folder holds plain files only.
 * @returns what the manifest says of each file
 */
export async function publishFolder(temporary: string, final: string): Promise<Manifest['files']> {
  const names = (await readdir(temporary)).filter((name) => name !== MANIFEST).sort()
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(temporary, name)
      const [sum] = await Promise.all([sha256(path), fsync(path)])
      return { name, bytes: (await stat(path)).size, sha256: sum }
    })
  )
  await writeDurably(join(temporary, MANIFEST), `${JSON.stringify({ format: FORMAT, files }, null, 2)}\n`)
  await fsync(temporary)
  await mkdir(dirname(final), { recursive: true })
  await rename(temporary, final)
  await fsync(dirname(final))
  return files
}

/**
 * Compares every file of a published folder with its manifest, byte for byte.
 * @throws Problem dataset_corrupt when a file is missing or changed, or the folder was written by a newer version
 */
export async function verifyFolder(folder: string): Promise<void> {
  const manifest = await readManifest(folder)
  for (const file of manifest.files) {
    const path = join(folder, file.name)
    const bytes = await stat(path).then(
      (found) => found.size,
      () => undefined
    )
    if (bytes === undefined) throw corrupt(`its part ${file.name} is missing`)
    if (bytes !== file.bytes || (await sha256(path)) !== file.sha256) throw corrupt(`its part ${file.name} has changed`)
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))
  } catch (cause) {
    throw corrupt('its list of parts cannot be read', cause)
  }
  const manifest = manifestSchema.safeParse(content)
  if (!manifest.success) throw corrupt('its list of parts cannot be read', manifest.error)
  if (manifest.data.format > FORMAT) throw corrupt('it was written by a newer version of this service')
  return manifest.data
}

function corrupt(reason: string, cause?: unknown): Problem {
  return new Problem('dataset_corrupt', `The stored data fails its check: ${reason}. Upload or train it again.`, {
    cause
  })
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk)
  return hash.digest('hex')
}
