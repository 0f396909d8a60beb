import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { Folders } from '../../src/data/folders.ts'
import { asTenant, DEFAULT_TENANT, type Tenant } from '../../src/domain/tenant.ts'
import { temporaryFolder } from '../helpers/read-file.ts'

const other = asTenant('other-shop')

function put(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'x')
}

test('Folders keeps tenants and kinds apart', () => {
  const folders = new Folders('/data')
  expect(folders.dataset(DEFAULT_TENANT, 'ds_1')).toBe('/data/tenants/default/datasets/ds_1')
  expect(folders.model(other, 'mdl_1')).toBe('/data/tenants/other-shop/models/mdl_1')
  expect(folders.upload(other, 'up_1')).toBe('/data/tenants/other-shop/uploads/up_1')
  expect(folders.work(other, 'job_1')).toBe('/data/tenants/other-shop/work/job_1')
  expect(() => new Folders('data')).toThrow(RangeError)
})

test('Folders refuses ids that are more than a name', () => {
  const folders = new Folders('/data')
  for (const id of ['', '.', '..', '../x', 'a/b', 'a\\b', 'a\0', 'a.partial', 'é', 'x'.repeat(129)]) {
    for (const place of [folders.dataset, folders.model, folders.upload, folders.work]) {
      expect(() => place.call(folders, DEFAULT_TENANT, id)).toThrow(RangeError)
      expect(() => place.call(folders, id as Tenant, 'ds_1')).toThrow(RangeError)
    }
  }
})

test('Folders.sweep removes what is half-made and nothing else', async () => {
  const folders = new Folders(temporaryFolder())
  const kept = [
    join(folders.dataset(DEFAULT_TENANT, 'ds_1'), 'orders.parquet'),
    join(folders.model(other, 'mdl_1'), 'members.parquet'),
    folders.upload(other, 'up_1')
  ]
  const gone = [
    join(folders.work(DEFAULT_TENANT, 'job_1'), 'staged.parquet'),
    `${folders.upload(other, 'up_2')}.partial`,
    join(`${folders.dataset(other, 'ds_2')}.partial`, 'orders.parquet'),
    join(`${folders.model(other, 'mdl_2')}.partial`, 'x')
  ]
  for (const path of [...kept, ...gone]) put(path)
  await folders.sweep()
  expect(kept.map(existsSync)).toEqual(kept.map(() => true))
  expect(gone.map(existsSync)).toEqual(gone.map(() => false))
  await new Folders(join(temporaryFolder(), 'none')).sweep()
})

test('Folders lists and removes what is published, for one tenant', async () => {
  const folders = new Folders(temporaryFolder())
  put(join(folders.dataset(DEFAULT_TENANT, 'ds_1'), 'x'))
  put(join(`${folders.dataset(DEFAULT_TENANT, 'ds_2')}.partial`, 'x'))
  put(join(folders.dataset(other, 'ds_3'), 'x'))
  put(join(folders.model(other, 'mdl_1'), 'x'))
  expect(await folders.listDatasets(DEFAULT_TENANT)).toEqual(['ds_1'])
  expect(await folders.listModels(DEFAULT_TENANT)).toEqual([])
  await folders.removeDataset(DEFAULT_TENANT, 'ds_3')
  await folders.removeDataset(DEFAULT_TENANT, 'ds_1')
  await folders.removeModel(other, 'mdl_1')
  expect(await folders.listDatasets(DEFAULT_TENANT)).toEqual([])
  expect(await folders.listDatasets(other)).toEqual(['ds_3'])
  expect(await folders.listModels(other)).toEqual([])
})
