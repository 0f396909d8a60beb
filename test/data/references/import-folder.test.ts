import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFetcher } from '../../helpers/remote.ts'

let root: string
let imports: string
let fetcher: Awaited<ReturnType<typeof openFetcher>>
const CONTENT = 'a,b\n1,2\n'

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-imports-'))
  imports = join(root, 'imports')
  await mkdir(join(imports, 'deep', 'er'), { recursive: true })
  await mkdir(join(root, 'imports-of-others'))
  await mkdir(join(root, 'by-tenant', 'shop'), { recursive: true })
  await mkdir(join(root, 'by-tenant', 'other'))
  const files = [
    'outside.csv',
    'imports/orders.csv',
    'imports/deep/er/orders 2024 – ä.csv',
    'imports-of-others/secret.csv'
  ]
  for (const file of [...files, 'by-tenant/shop/own.csv', 'by-tenant/other/theirs.csv']) {
    await writeFile(join(root, file), CONTENT)
  }
  await symlink(join(root, 'outside.csv'), join(imports, 'link-out.csv'))
  await symlink('/etc', join(imports, 'folder-out'))
  await symlink('orders.csv', join(imports, 'latest.csv'))
  await symlink('nowhere.csv', join(imports, 'broken.csv'))
  await symlink('loop.csv', join(imports, 'loop.csv'))
  execFileSync('env', ['mkfifo', join(imports, 'pipe.csv')])
  fetcher = await openFetcher({ importDirs: [imports, join(root, 'by-tenant/{tenant}')] })
})
afterAll(async () => {
  await fetcher.close()
  await rm(root, { recursive: true, force: true })
})

const codeOf = (path: string) =>
  fetcher.fetch({ type: 'path', path }).then(
    () => null,
    (error: { code: string }) => error.code
  )

describe('a path', () => {
  test.each(['orders.csv', 'deep/er/orders 2024 – ä.csv', 'latest.csv', 'own.csv'])('%s is read', async (path) => {
    const fetched = await fetcher.fetch({ type: 'path', path })
    expect(fetched?.content.toString()).toBe(CONTENT)
    expect(fetched?.filename).toBe(path.split('/').at(-1))
  })

  test.each([
    '../outside.csv',
    'deep/../../outside.csv',
    'deep/../orders.csv',
    './orders.csv',
    '..',
    '.',
    '/etc/passwd',
    '//etc/passwd',
    'deep//er',
    'orders.csv/',
    '..\\outside.csv',
    'orders.csv\0',
    'link-out.csv',
    'folder-out/passwd',
    'folder-out/no-such-file',
    'loop.csv',
    'pipe.csv',
    'deep',
    '../imports-of-others/secret.csv',
    '../other/theirs.csv'
  ])('%j is forbidden', async (path) => {
    // What lies outside is not even said to be missing.
    expect(await codeOf(path)).toBe('path_forbidden')
  })

  test.each(['nothing.csv', 'broken.csv', 'orders.csv/deeper', 'theirs.csv', 'a'.repeat(300)])(
    '%s is not found',
    async (path) => {
      expect(await codeOf(path)).toBe('path_not_found')
    }
  )

  test('needs an import folder', async () => {
    const without = await openFetcher()
    expect(() => without.references.check('shop' as never, { type: 'path', path: 'orders.csv' })).toThrow('IMPORT_DIRS')
    await without.close()
  })

  test('has the limit that uploads have', async () => {
    const small = await openFetcher({ importDirs: [imports], limits: { maxBytes: 7 } })
    await expect(small.fetch({ type: 'path', path: 'orders.csv' })).rejects.toMatchObject({ code: 'remote_too_large' })
    expect(await small.uploadsLeft()).toEqual([])
    await small.close()
  })
})

describe('a file that is known', () => {
  const known = async (path: string) => (await fetcher.fetch({ type: 'path', path }))?.version

  test('is not read again while it is the same', async () => {
    expect(await fetcher.fetch({ type: 'path', path: 'orders.csv' }, { known: await known('orders.csv') })).toBe(null)
  })

  test.each([
    ['longer', (path: string) => appendFile(path, '3,4\n')],
    ['written anew in the same length', (path: string) => utimes(path, new Date(0), new Date(0))],
    [
      'another one in its place',
      async (path: string) => {
        await writeFile(`${path}.new`, CONTENT)
        await rename(`${path}.new`, path)
      }
    ]
  ])('is read again when it is %s', async (_what, change) => {
    const path = join(imports, 'changing.csv')
    await writeFile(path, CONTENT)
    const before = await known('changing.csv')
    await change(path)
    expect(await fetcher.fetch({ type: 'path', path: 'changing.csv' }, { known: before })).not.toBe(null)
  })
})

test('a file that changes while it is read is read from its start, and given up where it keeps changing', async () => {
  const path = join(imports, 'growing.csv')
  await writeFile(path, Buffer.alloc(3_000_000, 'x'))
  const grow = (times: number) => {
    let left = times
    // Every chunk but the last: progress is told while there is more to read.
    return ({ bytes }: { bytes: number }) => {
      if (bytes < 2_500_000 && left-- > 0) appendFileSync(path, 'y')
    }
  }
  const fetched = await fetcher.fetch({ type: 'path', path: 'growing.csv' }, { onProgress: grow(1) })
  expect(fetched?.content.length).toBe(3_000_001)
  await expect(fetcher.fetch({ type: 'path', path: 'growing.csv' }, { onProgress: grow(99) })).rejects.toMatchObject({
    code: 'remote_incomplete'
  })
})
