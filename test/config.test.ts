import { expect, test } from 'vitest'
import { readConfig, redactedConfig } from '../src/config.ts'

test('readConfig takes the documented defaults where the environment is silent', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    DATA_DIR: './data',
    STORE: 'memory',
    LOG_LEVEL: 'info'
  })
  expect(Object.isFrozen(config)).toBe(true)
})

test('readConfig counts an empty variable as absent', () => {
  expect(readConfig({ PORT: '', API_KEYS_FILE: '' })).toMatchObject({ PORT: 3000 })
})

test('readConfig names every wrong setting at once', () => {
  const wrong = { PORT: '70000', STORE: 'mongo', BAD_ROWS_MAX_SHARE: '2', ALLOW_ANONYMOUS: 'yes', WORKERS: '1.5' }
  expect(() => readConfig(wrong)).toThrow(
    expect.objectContaining({
      message: expect.toSatisfy((message: string) => Object.keys(wrong).every((name) => message.includes(name)))
    }) as Error
  )
})

test('readConfig wants an address with STORE=redis, and never repeats what was given as one', () => {
  expect(() => readConfig({ STORE: 'redis' })).toThrow(/REDIS_URL/)
  expect(() => readConfig({ STORE: 'redis', REDIS_URL: 'http://user:hunter2@host' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }) as Error
  )
})

test('redactedConfig masks the password of an address', () => {
  const config = readConfig({ STORE: 'redis', REDIS_URL: 'redis://user:hunter2@cache:6379/1' })
  expect(redactedConfig(config).REDIS_URL).toBe('redis://***@cache:6379/1')
})
