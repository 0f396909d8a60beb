import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { buildApp } from './app.ts'
import { composeService } from './compose.ts'
import { type Config, readConfig, redactedConfig } from './config.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

// Requests in flight outlive one another, from which V8 learns to put what belongs to a request among the old. It dies there
// unseen and holds on to what is young: of each request 4 KB grew old, and copying them was a fifth of all the time.
setFlagsFromString('--no-allocation-site-pretenuring')

const config = settingsOrExit()
// A write for each line would cost a request as much as its answer. What waits is written each second, on every orderly end and
// with anything fatal; only a kill -9 can lose the lines of the last second, and a reader that stands still those beyond 16 MB.
const logger = pino(
  { level: config.LOG_LEVEL },
  pino.destination({ dest: 1, sync: false, minLength: 4096, maxLength: 16_000_000, periodicFlush: 1000 })
)
await start().catch((error: unknown) => {
  logger.fatal({ err: error }, error instanceof Error ? error.message : 'the service could not start')
  // A service that opened its folder but not its port has threads that would keep the process alive.
  process.exit(1)
})

/** The process: settings, service, door, and a graceful end. */
async function start(): Promise<void> {
  refuseOpenDoor(config)
  warnOfSurroundings()
  logger.info(redactedConfig(config), 'settings')

  const service = await composeService(config, logger, version)
  const app = await buildApp({ flows: service.flows, config, logger, version })
  closeWithGrace({ delay: config.SHUTDOWN_GRACE_MS + 5000, logger }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'closing after an error that nobody caught')
    // The door first: it answers what it has begun, and long waits end as the jobs do.
    await Promise.all([app.close(), service.close(config.SHUTDOWN_GRACE_MS)])
  })
  try {
    await app.listen({ host: config.HOST, port: config.PORT })
  } catch (error) {
    await service.close(0)
    throw error
  }
}

function settingsOrExit(): Config {
  try {
    return readConfig()
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}

/** Without keys everyone who reaches the port may do everything, so by default only this machine may reach it. */
function refuseOpenDoor({ HOST, API_KEYS_FILE, ALLOW_ANONYMOUS }: Config): void {
  const loopback = HOST === 'localhost' || HOST === '::1' || /^127\.\d+\.\d+\.\d+$/.test(HOST)
  if (loopback || API_KEYS_FILE !== undefined || ALLOW_ANONYMOUS) return
  throw new Error(
    `HOST=${HOST} opens the service to others, and there are no API keys: set API_KEYS_FILE, or ALLOW_ANONYMOUS=true if everyone who can reach it may use it.`
  )
}

function warnOfSurroundings(): void {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 22) {
    logger.warn({ node: process.version }, 'this version of Node no longer gets security fixes: run a newer one')
  }
  if (config.UV_THREADPOOL_SIZE < 8) {
    logger.warn(
      { UV_THREADPOOL_SIZE: config.UV_THREADPOOL_SIZE },
      'few libuv threads: running queries can hold up file access; start with UV_THREADPOOL_SIZE=16'
    )
  }
}
