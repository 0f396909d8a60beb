import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { freePort } from '../../scripts/free-port.mjs'

/** A server of its own on a free port, with a database `shop` and a user `reader` who may read its tables. */
export interface DatabaseServer {
  /** As the user whom the service is given. */
  url: string
  /** As the owner. @returns rows by column name */
  run(sql: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

export const PASSWORD = 'pass word/1'
const PATHS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', ...postgresFolders()]

function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql'
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : []
}

const programOf = (name: string): string | undefined =>
  PATHS.map((folder) => join(folder, name)).find((path) => existsSync(path))

export const hasPostgres = programOf('postgres') !== undefined && programOf('initdb') !== undefined
export const hasMariaDb = programOf('mariadbd') !== undefined && programOf('mariadb-install-db') !== undefined

/** Database servers refuse to run as root; their packages bring a user for them. */
function accountOf(name: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
  const [, , uid, gid] = entry?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

async function folderFor(name: string, account: ReturnType<typeof accountOf>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `tessera-${name}-`))
  if (account) await chown(folder, account.uid, account.gid)
  return folder
}

export async function openPostgresServer(): Promise<DatabaseServer> {
  const account = accountOf('postgres')
  const folder = await folderFor('postgres', account)
  const port = await freePort()
  const options: SpawnOptions = { ...account, cwd: folder, stdio: 'ignore', env: { LC_ALL: 'C.UTF-8' } }
  const passwords = join(folder, 'password')
  await writeFile(passwords, PASSWORD)
  const data = join(folder, 'data')
  execFileSync(
    programOf('initdb') as string,
    ['-D', data, '-U', 'owner', '-A', 'scram-sha-256', `--pwfile=${passwords}`, '-E', 'UTF8', '--no-sync'],
    { ...options, stdio: 'ignore' }
  )
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const server = spawn(
    programOf('postgres') as string,
    ['-D', data, ...settings.flatMap((one) => ['-c', one])],
    options
  )
  const address = (user: string, database: string) =>
    `postgres://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`
  const run = async (sql: string, database = 'shop') => {
    const client = new pg.Client(address('owner', database))
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }
  await untilUp(server, () => run('select 1', 'postgres'))
  await run('create database shop', 'postgres')
  await run(`create role reader login password '${PASSWORD}'; grant pg_read_all_data to reader`)
  return { url: address('reader', 'shop'), run, close: () => end(server, folder, 'SIGINT') }
}

export async function openMariaDbServer(): Promise<DatabaseServer> {
  const account = accountOf('mysql')
  const folder = await folderFor('mariadb', account)
  const port = await freePort()
  const options: SpawnOptions = { ...account, cwd: folder, stdio: 'ignore' }
  const data = join(folder, 'data')
  await mkdir(data)
  if (account) await chown(data, account.uid, account.gid)
  const common = ['--no-defaults', `--datadir=${data}`]
  const setUp = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
  execFileSync(programOf('mariadb-install-db') as string, [...common, ...setUp], { ...options, stdio: 'ignore' })
  const server = spawn(
    programOf('mariadbd') as string,
    [
      ...common,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'socket')}`,
      '--skip-name-resolve',
      '--max-allowed-packet=1G',
      '--innodb-flush-log-at-trx-commit=0'
    ],
    options
  )
  const run = async (sql: string, database?: string) => {
    const connection = await mysql.createConnection({
      ...{ host: '127.0.0.1', port, user: 'root', multipleStatements: true },
      ...(database && { database })
    })
    try {
      return (await connection.query(sql))[0] as Record<string, unknown>[]
    } finally {
      await connection.end()
    }
  }
  await untilUp(server, () => run('select 1'))
  await run(`create database shop character set utf8mb4; create user reader@'%' identified by '${PASSWORD}';
    grant select, insert, update, delete, create, drop on shop.* to reader@'%'`)
  const url = `mysql://reader:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/shop`
  return { url, run: (sql) => run(sql, 'shop'), close: () => end(server, folder, 'SIGTERM') }
}

async function untilUp(server: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  while (true) {
    if (server.exitCode !== null) throw new Error(`the database ended with ${server.exitCode}`)
    if (await ask().then(Boolean, () => false)) return
    await sleep(50)
  }
}

async function end(server: ChildProcess, folder: string, signal: NodeJS.Signals): Promise<void> {
  server.kill(signal)
  if (server.exitCode === null) await once(server, 'exit')
  await rm(folder, { recursive: true, force: true })
}
