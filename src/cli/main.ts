import { UsageError } from './usage.ts'

/** A command takes the words after its name and gives the exit code. Loaded when called for: most need no HTTP stack. */
const COMMANDS: Record<string, { about: string; load(): Promise<{ run(args: string[]): Promise<number> }> }> = {
  demo: {
    about: 'start the service, send it two years of sample orders and print the segments',
    load: () => import('./commands/demo.ts')
  },
  sample: { about: 'write sample orders as a CSV file', load: () => import('./commands/sample.ts') },
  key: { about: 'make an API key', load: () => import('./commands/key.ts') },
  openapi: { about: 'write openapi.yaml from the routes', load: () => import('./commands/openapi.ts') }
}

const [name = '', ...args] = process.argv.slice(2)
process.exitCode = await runCommand(name, args)

async function runCommand(name: string, args: string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    console.error(
      `Commands:\n${Object.entries(COMMANDS)
        .map(([word, { about }]) => `  ${word.padEnd(8)} ${about}`)
        .join('\n')}`
    )
    return 2
  }
  try {
    return await (await command.load()).run(args)
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message)
      return 2
    }
    console.error(error)
    return 1
  }
}
