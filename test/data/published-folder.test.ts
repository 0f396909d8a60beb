import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { publishFolder, verifyFolder } from '../../src/data/published-folder.ts'
import { temporaryFolder } from '../helpers/read-file.ts'

async function published(): Promise<string> {
  const root = temporaryFolder()
  const temporary = join(root, 'x.partial')
  mkdirSync(temporary)
  writeFileSync(join(temporary, 'orders.parquet'), 'orders')
  writeFileSync(join(temporary, 'empty.parquet'), '')
  const final = join(root, 'not', 'yet', 'there')
  await publishFolder(temporary, final)
  expect(existsSync(temporary)).toBe(false)
  return final
}

test('publishFolder lists every file with its size and hash', async () => {
  const folder = await published()
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual({
    format: 1,
    files: [
      { name: 'empty.parquet', bytes: 0, sha256: sha256('') },
      { name: 'orders.parquet', bytes: 6, sha256: sha256('orders') }
    ]
  })
  await verifyFolder(folder)
})

describe('verifyFolder finds', () => {
  const changes: Record<string, (folder: string) => void> = {
    'a changed byte': (folder) => writeFileSync(join(folder, 'orders.parquet'), 'Orders'),
    'a longer file': (folder) => appendFileSync(join(folder, 'orders.parquet'), 'x'),
    'a cut file': (folder) => truncateSync(join(folder, 'orders.parquet'), 3),
    'a missing file': (folder) => rmSync(join(folder, 'orders.parquet')),
    'a missing manifest': (folder) => rmSync(join(folder, 'manifest.json')),
    'a cut manifest': (folder) => truncateSync(join(folder, 'manifest.json'), 10),
    'a newer format': (folder) => writeFileSync(join(folder, 'manifest.json'), '{"format":2,"files":[]}'),
    'a manifest that points elsewhere': (folder) =>
      writeFileSync(
        join(folder, 'manifest.json'),
        JSON.stringify({ format: 1, files: [{ name: '../../x', bytes: 0, sha256: '0'.repeat(64) }] })
      )
  }
  for (const [what, change] of Object.entries(changes)) {
    test(what, async () => {
      const folder = await published()
      change(folder)
      await expect(verifyFolder(folder)).rejects.toMatchObject({ code: 'dataset_corrupt' })
    })
  }
})
