import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const root = import.meta.dirname

/** What waits for processes is begun first, so that no core is idle at the end; of the others, large files. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      ['/test/acceptance/', '/test/domain/'].findIndex((folder) => moduleId.includes(folder)) >>> 0
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  // What is shipped is what is tested: Node loads the built modules itself, in a fraction of the time that it would take to
  // hand it every source on its own.
  resolve: { alias: [{ find: /^(?:\.\.\/)+src\/(.+)\.ts$/, replacement: `${root}/dist/$1.js` }] },
  test: {
    server: { deps: { external: [/\/dist\/.+\.js$/] } },
    globalSetup: 'test/build.ts',
    setupFiles: 'test/random.ts',
    sequence: { sequencer: WaitingFirst },
    pool: 'forks',
    // By default one core is left idle, though nobody waits beside a test run.
    maxWorkers: '100%',
    // Of a machine that is slow, shared, or both; a test that passes never waits for them.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    env: { TZ: 'UTC' },
    // Where a script wants to read the outcome; people get the default alone.
    reporters: process.env.TEST_RESULTS ? ['default', ['json', { outputFile: process.env.TEST_RESULTS }]] : ['default'],
    projects: [
      // Pure functions leave nothing behind, so their files need no process of their own.
      { extends: true, test: { name: 'domain', include: ['test/domain/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'rooms', include: ['test/**/*.test.ts'], exclude: ['test/domain/**'] } }
    ]
  }
})
