// Runs every benchmark, one after the other, and writes what they print to docs/benchmarks.md.
// The machine should have nothing else to do. Usage: npm run bench [-- name …]
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const REPORT = join(import.meta.dirname, '../docs/benchmarks.md')
const BENCHMARKS = {
  'online-retail': 'From a file of orders to segments, over HTTP',
  intake: 'Reading order files',
  engine: 'k-means and silhouettes against scikit-learn',
  javascript: 'k-means against what else there is in JavaScript',
  growth: 'Growth with the number of customers',
  coreset: 'Training beyond memory',
  http: 'Serving',
  'assign-files': 'Assigning whole files',
  structure: 'Is there any structure?'
}

const wanted = process.argv.slice(2)
const kept = sectionsOf(REPORT)
for (const [name, title] of Object.entries(BENCHMARKS)) {
  const script = join(import.meta.dirname, `${name}.mjs`)
  if (!existsSync(script) || (wanted.length > 0 && !wanted.includes(name))) continue
  console.log(`\n## ${title}\n`)
  kept[title] = await run(script)
  writeReport()
}

/** What a benchmark prints, shown as it comes. */
function run(script) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text
      process.stdout.write(text)
    })
    child.on('close', (code) => (code === 0 ? resolve(printed.trim()) : reject(new Error(`${script} ended: ${code}`))))
  })
}

/** The sections of an earlier report, so that one benchmark can be measured anew without the others. */
function sectionsOf(path) {
  if (!existsSync(path)) return {}
  const [, ...sections] = readFileSync(path, 'utf8').split('\n## ')
  return Object.fromEntries(
    sections.map((section) => {
      const end = section.indexOf('\n')
      return [section.slice(0, end), section.slice(end).trim()]
    })
  )
}

function writeReport() {
  const sections = Object.values(BENCHMARKS)
    .filter((title) => kept[title] !== undefined)
    .map((title) => `\n## ${title}\n\n${asMarkdown(kept[title])}\n`)
  writeFileSync(
    REPORT,
    `# Benchmarks\n\nWritten by \`npm run bench\`: every figure beside its peer in the same run. Ratios are what to read; a bar is what was aimed at.\n${sections.join('')}`
  )
}

/** Tables are Markdown already; what is set in columns keeps its shape. */
function asMarkdown(printed) {
  if (printed.startsWith('```') || printed.includes('\n|')) return printed
  return `\`\`\`text\n${printed}\n\`\`\``
}
