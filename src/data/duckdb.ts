import { createRequire } from 'node:module'
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api'

/** As a CommonJS module, which it is: imported, all its files are first searched for names, which takes longer than loading it. */
const require = createRequire(import.meta.url)

export interface DuckDbLimits {
  /** Folders that queries may read and write; nothing else of the machine is reachable. */
  folders: string[]
  /** Existing folder for what does not fit into memory; must lie in one of `folders`. */
  spillFolder: string
  /** Bytes that this may take together. */
  maxSpillBytes?: number
  memoryBytes: number
  threads: number
  /** Rows may come in any order where a query states none; saves memory. */
  anyOrder?: boolean
}

/** One locked-down in-memory DuckDB with one connection. Used by one caller at a time: calls queue behind each other. */
export class DuckDb {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection
  ) {}

  /** Loads the library, if need be ahead of its first use: a process without queries is spared its time and megabytes. */
  static load(): typeof import('@duckdb/node-api') {
    return require('@duckdb/node-api')
  }

  /**
   * The order of the settings matters: once external access is off and the configuration locked, no query can
   * reach another folder, the network or an extension, nor change a limit.
   */
  static async open(limits: DuckDbLimits): Promise<DuckDb> {
    const { DuckDBInstance } = DuckDb.load()
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false'
    })
    const connection = await instance.connect()
    const settings = [
      `SET allowed_directories = [${limits.folders.map((folder) => sqlText(`${folder}/`)).join(', ')}]`,
      `SET temp_directory = ${sqlText(limits.spillFolder)}`,
      ...(limits.maxSpillBytes === undefined ? [] : [`SET max_temp_directory_size = '${limits.maxSpillBytes}B'`]),
      `SET memory_limit = '${limits.memoryBytes}B'`,
      // What a query has freed would stay with the process, beyond the limit: a hundred megabytes of a large file.
      "SET allocator_flush_threshold = '16MiB'",
      "SET allocator_bulk_deallocation_flush_threshold = '32MiB'",
      `SET threads = ${limits.threads}`,
      `SET preserve_insertion_order = ${limits.anyOrder !== true}`,
      `SET TimeZone = 'UTC'`,
      'SET allow_community_extensions = false',
      'SET allow_persistent_secrets = false',
      'SET enable_external_access = false',
      'SET lock_configuration = true'
    ]
    for (const setting of settings) await connection.run(setting)
    return new DuckDb(instance, connection)
  }

  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<void> {
    await this.connection.run(sql, values)
  }

  /** All rows as plain objects; for small results only. BIGINT and DECIMAL must be cast to double or text in the query. */
  async rows<Row>(sql: string, values?: Record<string, DuckDBValue>): Promise<Row[]> {
    const reader = await this.connection.runAndReadAll(sql, values)
    return reader.getRowObjectsJS() as Row[]
  }

  /** Ends the running query with an error; harmless when none is running. */
  interrupt(): void {
    this.connection.interrupt()
  }

  close(): void {
    this.connection.closeSync()
    this.instance.closeSync()
  }
}

/** A string literal. For paths of our own making and checked names; values of callers are bound as parameters. */
export const sqlText = (text: string): string => `'${withoutNul(text).replaceAll("'", "''")}'`

/** A quoted identifier. */
export const sqlName = (name: string): string => `"${withoutNul(name).replaceAll('"', '""')}"`

/** A statement ends at a NUL, whatever stands behind it. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\ufffd')
