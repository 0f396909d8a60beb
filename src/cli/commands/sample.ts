import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { sampleFile } from '../../domain/sample/file.ts'
import { readSampleOptions, SAMPLE_ARGUMENTS } from '../sample-options.ts'
import { orUsageError } from '../usage.ts'

/** `sample [--output orders.csv] [--customers N] [--days N] [--seed N] [--ends-on DATE]`: to standard output by default. */
export async function run(args: string[]): Promise<number> {
  const options = { ...SAMPLE_ARGUMENTS, output: { type: 'string' } } as const
  const { values } = orUsageError(() => parseArgs({ args, options }))
  const wanted = readSampleOptions(values, new Date())
  const { csv, rows } = orUsageError(() => sampleFile(wanted))
  if (values.output === undefined) {
    await new Promise<void>((resolve) => process.stdout.write(csv, () => resolve()))
  } else {
    await writeFile(values.output, csv)
    console.log(`${rows} rows in ${values.output}`)
  }
  return 0
}
