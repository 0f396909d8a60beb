import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { PROBLEMS, type ProblemCode } from '../../src/errors.ts'
import { EXPLANATIONS } from '../../src/http/problem-explanations.ts'

const documented = async () =>
  [...(await readFile('docs/errors.md', 'utf8')).matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+?) \| (.+) \|$/gm)].map(
    ([, code, status, title, explanation]) => ({ code, status: Number(status), title, explanation })
  )

test('docs/errors.md has every problem of the catalogue and no other', async () => {
  expect((await documented()).map(({ code }) => code).sort()).toEqual(Object.keys(PROBLEMS).sort())
})

test('docs/errors.md says of each problem what the service says', async () => {
  for (const { code, ...row } of await documented()) {
    const known = code as ProblemCode
    expect(row, code).toEqual({ ...PROBLEMS[known], explanation: EXPLANATIONS[known] })
  }
})

test('explanations are sentences that fit a table', () => {
  for (const [code, text] of Object.entries(EXPLANATIONS)) {
    expect(text, code).toMatch(/^[A-Z].*\.$/)
    expect(text, code).not.toMatch(/[|\n]/)
  }
})
