// The rooms of this service and what each may touch. ARCHITECTURE.md says why, in the same words.
const except = (...paths) => `^src/(?!(${paths.join('|')}))`
const asTypesOnly = { dependencyTypesNot: ['type-only'] }

const rule = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: typeof from === 'string' ? { path: from } : from,
  to
})

// [library, the only files that may import it]
const homes = [
  ['fastify|@fastify/', '^src/(http/|app[.]ts)'],
  ['@duckdb/', '^src/data/'],
  ['redis|ioredis|@redis/', '^src/stores/redis'],
  ['piscina', '^src/jobs/(pool[.]ts|workers/)'],
  ['zod', '^src/(config[.]ts|http/|stores/|data/)'],
  ['pino', '^src/(main|log|compose)[.]ts$'],
  ['prom-client', '^src/http/'],
  ['ml-', '^src/domain/'],
  ['ipaddr|aws4fetch|pg/|mysql2', '^src/data/references/']
]

export default {
  forbidden: [
    rule('no-cycles', {}, { circular: true }),

    // domain: numbers in, numbers out
    rule(
      'domain-is-pure',
      '^src/domain/',
      { path: except('domain/') },
      'Move the IO to data/, or take its result as an argument.'
    ),
    rule(
      'domain-knows-no-node',
      '^src/domain/',
      { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/ml-' },
      'domain/ runs alike in a worker, a test and a browser: no node: modules, only the ml-* maths libraries.'
    ),

    // leaves
    rule('leaves-import-nothing', '^src/(config|errors|entry)[.]ts$', { path: '^src/' }),

    // adapters: data, stores, jobs
    rule(
      'adapters-do-not-meet',
      '^src/(data|stores)/',
      { path: '^src/', pathNot: ['^src/$1/', '^src/domain/', '^src/(errors|entry)[.]ts$'] },
      'An adapter knows its own technology and the shapes of the domain; no other adapter, no flow, no door.'
    ),
    rule(
      'adapters-are-opened-in-compose',
      { path: '^src/', pathNot: '^src/(compose[.]ts|cli/commands/key[.]ts|data/|jobs/|stores/)' },
      { path: '^src/(data|jobs|stores)/', ...asTypesOnly },
      'Name an adapter as a type and take the real one as an argument; compose.ts hands it out. Only the command that makes keys writes their file itself.'
    ),
    rule(
      'pool-knows-no-work',
      { path: '^src/jobs/', pathNot: '^src/jobs/workers/' },
      { path: except('jobs/', 'domain/records/', 'domain/(tenant|vocabulary)[.]ts', 'errors[.]ts', 'entry[.]ts') },
      'The pool and the board move messages and records. Only jobs/workers/ knows what the work is.'
    ),
    rule(
      'workers-are-loaded-by-the-pool',
      { path: '^src/', pathNot: '^src/jobs/workers/' },
      { path: '^src/jobs/workers/', ...asTypesOnly },
      'A worker imported as a value would run on the main thread.'
    ),
    rule(
      'workers-compute-only',
      '^src/jobs/workers/',
      { path: except('jobs/', 'domain/', 'data/', '(errors|entry)[.]ts') },
      'A worker reads features, computes, writes its result file and returns a small summary.'
    ),

    // flows: one story a file
    rule('flows-know-no-door', '^src/flows/', { path: '^src/(http|cli|app|main|compose|config)' }),
    rule(
      'flows-use-no-library',
      '^src/flows/',
      { dependencyTypes: ['npm', 'core'] },
      'The need for a library belongs to domain/ or to an adapter.'
    ),
    rule(
      'flows-do-not-call-flows',
      '^src/flows/([^/]+)',
      { path: '^src/flows/', pathNot: ['^src/flows/$1', '^src/flows/((tools|flows|lookup)[.]ts$|messages/)'] },
      'A step two flows share belongs to domain/ or to an adapter.'
    ),

    // doors: http, cli
    rule(
      'doors-open-onto-flows',
      '^src/(http|cli)/',
      { path: '^src/domain/', pathNot: '^src/domain/(vocabulary|records|tenant|sample)', ...asTypesOnly },
      'A door translates and calls a flow; it does no maths.'
    ),
    rule(
      'sample-orders-come-from-the-terminal',
      { path: '^src/', pathNot: '^src/(cli|domain/sample)/' },
      { path: '^src/domain/sample/' },
      'The service never invents data: only a command of cli/ may ask for sample orders.'
    ),
    rule('doors-do-not-meet', '^src/(http|cli)/', { path: '^src/(http|cli)/', pathNot: '^src/$1/' }),

    // roots
    rule(
      'roots-are-not-imported',
      { path: '^src/', pathNot: '^src/(main|app|compose|cli/main|cli/commands/openapi)[.]ts$' },
      { path: '^src/(main|app|compose)[.]ts$' }
    ),
    rule('app-builds-http-only', '^src/app[.]ts$', {
      path: except('http/', 'flows/', 'errors[.]ts', 'config[.]ts', 'domain/records/', 'domain/tenant[.]ts')
    }),

    // libraries live in one room each
    ...homes.map(([library, home]) =>
      rule(
        `${library.split('|')[0].replace(/\W/g, '')}-has-one-room`,
        { path: '^src/', pathNot: home },
        { path: `node_modules/(${library})` }
      )
    ),

    // the tests, the dead
    rule('src-never-imports-test', '^src/', { path: '^(test|benchmarks)/' }),
    rule(
      'no-dead-files',
      '^src/(main|cli/main|jobs/workers/.+|data/intake/child)[.]ts$',
      {
        path: '^src/',
        pathNot: '^src/(main[.]ts|cli/main[.]ts|jobs/workers/|data/intake/child[.]ts|.+[.]d[.]ts$)',
        reachable: false
      },
      'No entry point reaches this file: use it or remove it.'
    )
  ],
  options: {
    tsPreCompilationDeps: true, // else `import type` is invisible
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] }
  }
}
