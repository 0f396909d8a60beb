import { expect, test } from 'vitest'
import { sampleFile } from '../../../src/domain/sample/file.ts'

const OPTIONS = Object.freeze({ ends_on: '2025-09-30', days: 730, customers: 200, seed: 42 })

test('sampleFile gives the same bytes for the same seed and others for another', () => {
  const { csv } = sampleFile(OPTIONS)
  expect(sampleFile(OPTIONS).csv).toBe(csv)
  expect(sampleFile({ ...OPTIONS, seed: 43 }).csv).not.toBe(csv)
})

test('sampleFile counts its rows', () => {
  const { csv, rows } = sampleFile(OPTIONS)
  expect(csv.split('\r\n').length).toBe(rows + 2) // the header, and the end after the last row
})

test('sampleFile counts returns as cancelled', () => {
  const { csv, planted } = sampleFile(OPTIONS)
  expect(csv.split('\r\n').filter((line) => line.startsWith('C')).length).toBe(planted.cancelled_order)
})
