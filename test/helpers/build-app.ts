import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { buildApp as buildHttpApp } from '../../src/app.ts'
import { composeService } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'

/**
 * The whole service in this process, on a folder of its own: real stores, real worker threads, real intake process.
 *
 * @param environment settings as the environment would give them
 */
export async function buildApp(environment: Record<string, string> = {}) {
  const dataDir = environment.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'tessera-')))
  const usual = { NODE_ENV: 'test', LOG_LEVEL: 'silent', TRAINING_REHEARSAL: 'false', INTAKE_SPARE: 'false' }
  const config = readConfig({ ...usual, ...environment, DATA_DIR: dataDir })
  const logger = pino({ level: config.LOG_LEVEL })
  const service = await composeService(config, logger, '0.0.0-test')
  const app = await buildHttpApp({ flows: service.flows, config, logger, version: '0.0.0-test' })
  return {
    app,
    flows: service.flows,
    dataDir,
    config,
    /** @param keepData leaves the folder for a next start on it */
    async close({ keepData = false } = {}): Promise<void> {
      await app.close()
      await service.close(0)
      if (!keepData) await rm(dataDir, { recursive: true, force: true })
    }
  }
}
