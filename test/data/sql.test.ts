import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { SQL_FILES, sqlFile } from '../../src/data/sql.ts'

const root = join(import.meta.dirname, '../..')
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.replace(/\.sql$/, ''))
    .sort()

test('SQL_FILES are the files of the folder, in the sources and as built', () => {
  const listed = [...SQL_FILES].sort()
  expect(filesBelow(join(root, 'src/data/sql'))).toEqual(listed)
  expect(filesBelow(join(root, 'dist/data/sql'))).toEqual(listed)
})

test('sqlFile reads every file, in the sources and as built', async () => {
  const built: typeof import('../../src/data/sql.ts') = await import(pathToFileURL(join(root, 'dist/data/sql.js')).href)
  for (const name of SQL_FILES) {
    expect(sqlFile(name), name).toMatch(/\S/)
    expect(built.sqlFile(name)).toBe(sqlFile(name))
  }
})
