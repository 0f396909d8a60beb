import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { kernelModule } from '../../../src/data/kernel-module.ts'
import { Pace } from '../../../src/domain/clustering/pace.ts'
import { trainClusters } from '../../../src/domain/training.ts'
import { entryPoint } from '../../../src/entry.ts'
import { openPool } from '../../../src/jobs/pool.ts'
import type { TrainMessage } from '../../../src/jobs/tasks.ts'
import { TrainingCrew } from '../../../src/jobs/workers/training-crew.ts'
import { blobs } from '../../domain/clustering/awkward-data.ts'
import { columnsOf, planted, quietHooks, trainingOptions } from '../../helpers/planted.ts'

const crews: TrainingCrew[] = []
const crewOf = (threads: number) => {
  const crew = new TrainingCrew(kernelModule(), threads)
  crews.push(crew)
  return crew
}
afterAll(() => Promise.all(crews.map((crew) => crew.close())))

// Close together, so that starts end in different optima and a race would show.
const shop = columnsOf(
  planted(
    [
      [40, 9, 900],
      [70, 6, 600],
      [120, 4, 300],
      [200, 2, 150]
    ],
    300,
    9
  )
)

describe('TrainingCrew', () => {
  it('gives the same training whatever its number of threads, whatever was trained before', () => {
    const options = trainingOptions({ outliers: { ...trainingOptions().outliers, policy: 'separate' } })
    const alone = trainClusters(shop, options, quietHooks, crewOf(1).engines)
    const pair = crewOf(2)
    pair.warm()
    expect(trainClusters(shop, options, quietHooks, pair.engines)).toEqual(alone)
    expect(trainClusters(shop, options, quietHooks, pair.engines)).toEqual(alone)
    expect(trainClusters(shop, options, quietHooks, crewOf(3).engines)).toEqual(alone)
  })

  it('tells each start that has ended, in order, to the last', () => {
    const told: string[] = []
    const hooks = {
      ...quietHooks,
      progress: (stage: string, _: number, message: string) => void (stage === 'clustering' && told.push(message))
    }
    trainClusters(shop, trainingOptions({ k: { min: 2, max: 4 }, restarts: 5 }), hooks, crewOf(1).engines)
    const starts = told.filter((message) => message.startsWith('Clustered'))
    expect(starts).toEqual(
      Array.from({ length: 16 }, (_, ended) => `Clustered ${ended} of 15 starts of ${shop.n} customers.`)
    )
  })

  it('lets a large memory go after the training and works on in a new one', async () => {
    const crew = crewOf(2)
    const matrix = blobs(400_000, 8, 4, 1)
    const request = { ks: [4], restarts: 1, max_iterations: 5, seed: 1 }
    const sweepIt = () => crew.engines.euclidean.open(matrix, 1, new Pace(() => false)).sweep(request)
    const first = sweepIt()
    const used = crew.engines
    await crew.rest()
    expect(crew.engines).not.toBe(used)
    expect(sweepIt()).toEqual(first)
    crew.warm()
  })
})

const TASKS = '/proc/self/task'

describe.skipIf(!existsSync(TASKS))('a pool of training threads (where threads can be counted)', () => {
  const threads = () => readdirSync(TASKS).length

  it.each([
    ['a training thread', entryPoint('jobs/workers/train.worker.ts')],
    ['a thread that hears nobody', join(import.meta.dirname, '../fixtures/crew-worker.mjs')]
  ])(
    'leaves no thread behind: %s',
    async (_, entry) => {
      // What Node starts once and keeps, it starts here.
      const first = openPool({ workers: 1, entry, threadData: { threads: 1 } })
      await expect.poll(() => threads()).toBeGreaterThan(1)
      await first.close()
      const before = threads()

      const pool = openPool({ workers: 2, entry, threadData: { threads: 3 }, graceMs: 50 })
      // Two threads, and two helpers each.
      await expect.poll(() => threads()).toBeGreaterThanOrEqual(before + 6)
      if (entry.endsWith('crew-worker.mjs')) {
        const abort = new AbortController()
        const killed = pool
          .run('train', {} as TrainMessage, { signal: abort.signal, onProgress: () => abort.abort() })
          .catch((error: Error) => error)
        expect(await killed).toMatchObject({ code: 'job_cancelled' })
      }
      await pool.close()
      await expect.poll(() => threads()).toBeLessThanOrEqual(before)
    },
    60_000
  )
})
