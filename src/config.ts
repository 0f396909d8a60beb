import { availableParallelism, totalmem } from 'node:os'
import { isAbsolute } from 'node:path'
import { z } from 'zod'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must lie between ${least} and ${most}`)

const share = z
  .string()
  .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
  .transform(Number)

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
)

const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true')

/** One setting a line: its form and, by `prefault`, what holds where the environment is silent. */
const settings = z.object({
  // Network
  HOST: z.string().min(1).prefault('127.0.0.1').describe('Address to listen on.'),
  PORT: wholeNumber(0, 65535).prefault('3000').describe('Port to listen on; 0 takes any free one.'),
  TRUST_PROXY: flag.prefault('false').describe('Believe X-Forwarded-* headers; only behind a proxy that sets them.'),

  // State
  DATA_DIR: z.string().min(1).prefault('./data').describe('Folder for datasets, models and records.'),
  STORE: z.enum(['memory', 'redis']).prefault('memory').describe('Where records live; memory also writes DATA_DIR.'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'must start with redis:// or rediss://')
    .optional()
    .describe('Redis, when STORE is redis.'),

  // Access
  API_KEYS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('JSON file of API keys; without it there is one default tenant.'),
  ALLOW_ANONYMOUS: flag
    .prefault('false')
    .describe('Without keys, listen on other addresses than loopback all the same.'),
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 100_000_000)
    .prefault('600000')
    .describe('Requests a minute for each API key (for each address where there are no keys).'),

  // Limits
  UPLOAD_MAX_BYTES: wholeNumber(1, 1024 * GIB)
    .prefault(String(2 * GIB))
    .describe('Largest upload.'),
  DECOMPRESSED_MAX_BYTES: wholeNumber(1, 8192 * GIB)
    .prefault(String(8 * GIB))
    .describe('Largest size that a compressed file may unpack to.'),
  BODY_MAX_BYTES: wholeNumber(1024, GIB).prefault(String(MIB)).describe('Largest JSON body.'),
  ASSIGN_BODY_MAX_BYTES: wholeNumber(1024, GIB)
    .prefault(String(8 * MIB))
    .describe('Largest JSON body of /assign and of inline orders.'),
  ROWS_MAX: wholeNumber(1, 1e12).prefault('200000000').describe('Most rows in one file.'),
  BAD_ROWS_MAX_SHARE: share
    .prefault('0.2')
    .describe('A file fails when a larger share of its rows is malformed or has no readable date, quantity or price.'),
  ASSIGN_FILES_RETENTION_DAYS: wholeNumber(1, 3650)
    .prefault('7')
    .describe('Days after which files of assignments are removed.'),

  // References
  IMPORT_DIRS: list
    .refine((folders) => folders.every(isAbsolute), 'must be absolute paths, separated by commas')
    .optional()
    .describe('Folders whose files datasets may be made of, by path; `{tenant}` in one stands for the tenant.'),
  REMOTE_ALLOW: list
    .optional()
    .describe('Hosts and CIDR ranges that may be fetched from though they are private, also by plain http.'),
  REMOTE_PORTS: list
    .refine((ports) => ports.every((port) => /^\d{1,5}$/.test(port) && Number(port) <= 65535), 'must be ports')
    .transform((ports) => ports.map(Number))
    .prefault('443,8443')
    .describe('Ports that may be fetched from.'),
  S3_BUCKETS: list
    .optional()
    .describe('Buckets that objects may be read from, each `bucket` or `bucket/prefix/`; `{tenant}` as above.'),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://minio.example.com:9000' })
    .optional()
    .describe('Server that speaks S3; by default that of AWS in S3_REGION.'),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'must be a region such as eu-central-1')
    .prefault('us-east-1')
    .describe('Region that requests to S3 are signed for.'),
  S3_PATH_STYLE: flag
    .optional()
    .describe('Name the bucket in the path instead of the host; by default where S3_ENDPOINT is set.'),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional().describe('Key that reads the buckets.'),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('Its secret.'),
  AWS_SESSION_TOKEN: z.string().min(1).optional().describe('Its session, for keys that expire.'),
  CONNECTIONS_FILE: z.string().min(1).optional().describe('JSON file of the databases that may be queried by name.'),
  FETCHES: wholeNumber(1, 64).prefault('4').describe('References that may be fetched at the same time.'),
  FETCH_TIMEOUT_MS: wholeNumber(100, 86_400_000)
    .prefault('600000')
    .describe('Longest fetch of a reference, in milliseconds.'),

  // Work
  WORKERS: wholeNumber(1, 64)
    .prefault(String(Math.min(availableParallelism(), 64)))
    .describe('Threads for training; by default one per core.'),
  TRAINING_THREADS: wholeNumber(1, 64)
    .optional()
    .describe('Threads that one training clusters with; by default twice the cores shared among WORKERS, at most all.'),
  TRAINING_REHEARSAL: flag
    .prefault('true')
    .describe('Rehearse a training once after the start: the first one saves a second, holds about 60 MB.'),
  JOB_QUEUE_MAX: wholeNumber(1, 10_000)
    .prefault('100')
    .describe('Jobs of a kind that may wait for each tenant; more are answered 503.'),
  JOB_TIMEOUT_MS: wholeNumber(100, 86_400_000).prefault('900000').describe('Longest run of a job, in milliseconds.'),
  INTAKE_PROCESSES: wholeNumber(1, 16).prefault('1').describe('Files that may be read at the same time.'),
  INTAKE_SPARE: flag
    .prefault('true')
    .describe('Keep a process started for the next file: saves half a second, holds about 90 MB.'),
  INTAKE_MEMORY_BYTES: wholeNumber(64 * MIB, 1024 * GIB)
    .prefault(String(352 * MIB))
    .describe("DuckDB's memory limit for reading one file; beyond it, it spills to disk."),
  TRAINING_MEMORY_BYTES: wholeNumber(16 * MIB, 1024 * GIB)
    .prefault(String(Math.floor(totalmem() / 4)))
    .describe('Memory that all trainings together may plan with; by default a quarter of the machine.'),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000).prefault('25000').describe('Time to finish requests after SIGTERM.'),

  // Sight
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .prefault('info')
    .describe(
      'Least level that is logged. Lines are written together, at least once a second and at every end but a kill -9.'
    ),
  DOCS_UI: flag.optional().describe('Interactive docs at /docs; by default on, but off where NODE_ENV is production.'),
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .prefault('development')
    .describe('production turns the docs UI off.'),
  UV_THREADPOOL_SIZE: wholeNumber(1, 1024)
    .prefault('4')
    .describe("libuv's threads; must be set before the process starts. Running queries hold one each: 16 is advised.")
})

export type Config = Readonly<z.output<typeof settings>>

/** Names, forms and meanings of all settings, for the README's table and its test. */
export const SETTINGS = settings.shape

const MOST_TRAINING_THREADS = 16

/**
 * Threads of one training. Twice the cores are shared out, since trainings that run together seldom all cluster at once:
 * one that runs alone has the machine to itself.
 */
export const trainingThreads = (
  { TRAINING_THREADS, WORKERS }: Pick<Config, 'TRAINING_THREADS' | 'WORKERS'>,
  cores = availableParallelism()
): number => TRAINING_THREADS ?? Math.max(1, Math.min(cores, Math.floor((2 * cores) / WORKERS), MOST_TRAINING_THREADS))

/** Settings whose value may hold a secret: printed only in part. */
const SECRET = new Set(['REDIS_URL', 'S3_ENDPOINT'])
/** Settings that are a secret as a whole. */
const UNPRINTED = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])

/**
 * The settings of this process, checked all at once.
 *
 * An empty variable counts as absent, as `FOO= npm start` and Compose's `${FOO:-}` mean it.
 * @throws Error that names every setting that is wrong, what it must be, and never the value of a secret
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(SETTINGS)
      .map((name) => [name, environment[name]] as const)
      .filter(([, value]) => value !== undefined && value !== '')
  )
  const parsed = settings.safeParse(given)
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  if (given.STORE === 'redis' && given.REDIS_URL === undefined) problems.push('REDIS_URL is needed when STORE is redis')
  if (!parsed.success || problems.length > 0) {
    throw new Error(`Wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
  return Object.freeze(parsed.data)
}

/** The settings as they may be logged: passwords in URLs are masked. */
export function redactedConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      UNPRINTED.has(name) && value !== undefined
        ? '***'
        : SECRET.has(name) && typeof value === 'string'
          ? value.replace(/\/\/[^@/]*@/, '//***@')
          : value
    ])
  )
}
