import { openAsBlob } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Config, readConfig } from '../../config.ts'
import type { Dataset } from '../../domain/records/dataset.ts'
import type { Job } from '../../domain/records/job.ts'
import type { Model } from '../../domain/records/model.ts'
import type { Segment } from '../../domain/records/segment.ts'
import { sampleFile } from '../../domain/sample/file.ts'
import { readSampleOptions, SAMPLE_ARGUMENTS } from '../sample-options.ts'
import type { ServiceClient } from '../service-client.ts'
import { ServiceProcess } from '../service-process.ts'
import { renderTable } from '../table.ts'
import { asUsageError, orUsageError, UsageError } from '../usage.ts'

/** The whole way of a shop's file, over HTTP as any caller would go it; the service keeps serving until Ctrl-C. */
export async function run(args: string[]): Promise<number> {
  const { values } = orUsageError(() => parseArgs({ args, options: SAMPLE_ARGUMENTS }))
  const wanted = readSampleOptions(values, new Date())
  const config = readSettings()

  const folder = join(config.DATA_DIR, 'demo')
  const file = join(folder, 'orders.csv')
  await mkdir(folder, { recursive: true })

  const service = await ServiceProcess.start(config, join(folder, 'service.log'))
  let asked = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked = true
      service.stop()
    })
  }
  try {
    console.log(`The service listens on ${service.base}`)
    const { csv, rows, customers } = orUsageError(() => sampleFile(wanted))
    await writeFile(file, csv)
    console.log(`${count(rows)} order lines of ${count(customers.length)} customers in ${file}`)
    const model = await segment(service.client, file)
    console.log(`\n${describe(model)}\n\n${whatNext(service.base)}`)
    await service.ended
  } catch (error) {
    // A request that broke off because the caller asked for the end is no failure.
    if (!asked) throw error
  } finally {
    service.stop()
    await service.ended
  }
  return asked ? 0 : 1
}

/** @throws UsageError for wrong settings, and for those with which the demo would fail later with a less clear sentence */
function readSettings(): Config {
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    throw asUsageError(error)
  }
  if (config.API_KEYS_FILE !== undefined) throw new UsageError('The demo has no API key: run it without API_KEYS_FILE.')
  if (config.PORT === 0) throw new UsageError('The demo needs a port of its own: set PORT to another number than 0.')
  return config
}

/** Uploads the file, trains with every default, and returns the model. */
async function segment(client: ServiceClient, file: string): Promise<Model> {
  const form = new FormData()
  form.append('options', JSON.stringify({ name: 'Sample orders', currency: 'GBP', timezone: 'Europe/London' }))
  form.append('file', await openAsBlob(file, { type: 'text/csv' }), 'orders.csv')
  const datasetId = await client.finish(await client.start('/datasets', form), progress('Reading'))
  const { counts, quality } = await client.get<Dataset>(`/datasets/${datasetId}`)
  const rejected = quality.rules.map(({ rule, rows }) => `${rule} ${count(rows)}`).join(', ')
  console.log(`${count(counts.rows_kept)} of ${count(counts.rows_read)} rows kept; rejected: ${rejected}`)

  const training = await client.start('/models', { dataset_id: datasetId, name: 'Sample segments' })
  return client.get<Model>(`/models/${await client.finish(training, progress('Training'))}`)
}

/** Shows a job's progress: on one line of a terminal, otherwise a line for each stage. */
function progress(title: string): (job: Job) => void {
  let shown = ''
  return ({ status, progress: { stage, fraction } }) => {
    const state = status === 'running' || status === 'queued' ? stage : status
    const text = `${title}: ${state}`
    if (process.stdout.isTTY) {
      const percent = `${Math.round((status === 'succeeded' ? 1 : fraction) * 100)} %`
      process.stdout.write(`\r\x1b[K${text} ${percent}${status === 'succeeded' ? '\n' : ''}`)
    } else if (text !== shown) {
      console.log(text)
    }
    shown = text
  }
}

function describe({ segments, k, k_choice }: Model): string {
  const table = renderTable(
    ['Segment', 'Customers', 'Share', 'Revenue share', 'Days since last', 'Orders', 'Spend', 'First action'],
    segments.map((segment) => [
      segment.name,
      count(segment.size),
      percent(segment.share),
      percent(segment.revenue_share),
      mean(segment, 'recency_days', 0),
      mean(segment, 'frequency', 1),
      mean(segment, 'monetary_value', 0),
      segment.actions[0]?.title ?? ''
    ])
  )
  return `${table}\n\n${k} clusters: ${k_choice.reason}`
}

const mean = ({ profile }: Segment, feature: string, digits: number): string => {
  const value = profile[feature]?.mean
  return value === undefined ? '–' : value.toLocaleString('en-GB', { maximumFractionDigits: digits })
}
const count = (value: number): string => value.toLocaleString('en-GB')
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const whatNext = (base: string): string => `What to open next:
  ${base}/docs                 every request, to try out
  curl ${base}/segments        the segments with reasons, actions and rules
  curl ${base}/health          how the service is
  curl ${base}/assign -H 'content-type: application/json' \\
    -d '{"customers":[{"customer_id":"anna","features":{"recency_days":12,"frequency":9,"monetary_value":640}}]}'
Ctrl-C ends it.`
