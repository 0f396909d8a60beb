import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts'
import { BAD_INPUTS, renderBadInputs } from '../helpers/bad-inputs.ts'

const inputs = BAD_INPUTS.flatMap(([, each]) => each)

test('docs/bad-inputs.md is the list of the tests', async () => {
  await expect(renderBadInputs()).toMatchFileSnapshot('../../docs/bad-inputs.md')
})

test('bad inputs get problems of the catalogue, with their status', () => {
  for (const { answer } of inputs) {
    for (const [, status, code] of answer.matchAll(/(\d{3}) (\w+)/g)) {
      expect(PROBLEMS[code as ProblemCode]?.status, code).toBe(Number(status))
    }
  }
})

test('bad inputs name tests that are there', () => {
  for (const {
    what,
    test: [file, title]
  } of inputs) {
    expect(readFileSync(file, 'utf8').includes(title), `${what}: ${file} has no "${title}"`).toBe(true)
  }
})
