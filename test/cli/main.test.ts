import { expect, test } from 'vitest'
import { runCli } from '../helpers/run-cli.ts'

test.each([[[]], [['help']], [['constructor']]])('main lists its commands for %j', async (args) => {
  const { code, stdout, stderr } = await runCli(args)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  for (const name of ['demo', 'sample', 'key', 'openapi']) expect(stderr).toMatch(new RegExp(`^  ${name} `, 'm'))
})

test('main names an option it does not know, without a stack', async () => {
  const { code, stderr } = await runCli(['sample', '--colour', 'red'])
  expect(code).toBe(2)
  expect(stderr).toContain('--colour')
  expect(stderr).not.toContain('    at ')
})
