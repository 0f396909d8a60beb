import { randomBytes } from 'node:crypto'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import supertest from 'supertest'
import { expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../helpers/build-app.ts'
import { canMount, mountSmallDisk } from '../helpers/small-disk.ts'

const MIB = 1024 * 1024
const HEADER = 'order_id,customer_id,product_id,quantity,unit_price,ordered_at\n'
const SMALL = `${HEADER}A1,c-1,MUG,2,9.90,2024-05-10T10:00:00Z\n`

const upload = (app: Parameters<typeof supertest>[0], content: string | Buffer, prefer = 'wait=60') =>
  supertest(app).post('/datasets').set('prefer', prefer).attach('file', Buffer.from(content), 'orders.csv')

async function started(environment: Record<string, string> = {}) {
  const service = await buildApp(environment)
  onTestFinished(() => service.close())
  await service.app.ready()
  const left = async (folder: string) =>
    await readdir(join(service.dataDir, 'tenants/default', folder)).catch(() => [] as string[])
  return { server: service.app.server, left }
}

test('an upload whose job is cancelled while it waits is removed at once', async () => {
  const { server, left } = await started({ INTAKE_PROCESSES: '1' })
  const lines = Array.from({ length: 20_000 }, (_, at) => `A${at},c-${at % 99},MUG,2,9.90,2024-05-10T10:00:00Z\n`)
  const first = await upload(server, HEADER + lines.join(''), 'respond-async')
  const second = await upload(server, SMALL, 'respond-async')
  expect([first.status, second.status, second.body.status]).toEqual([202, 202, 'queued'])
  expect(await left('uploads')).toHaveLength(2)
  const cancelled = await supertest(server).delete(`/jobs/${second.body.id}`)
  expect(cancelled.body).toMatchObject({ status: 'cancelled' })
  expect(await left('uploads')).toHaveLength(1)
  await supertest(server).delete(`/jobs/${first.body.id}`)
  expect(await left('uploads')).toEqual([])
})

test.skipIf(!canMount)(
  `a full disk is told as storage_full, keeps nothing, and serves again once there is room${canMount ? '' : ' (skipped: no right to mount)'}`,
  async () => {
    const disk = mountSmallDisk(24 * MIB)
    onTestFinished(() => disk.unmount())
    const { server, left } = await started({ DATA_DIR: join(disk.folder, 'data') })
    const ballast = join(disk.folder, 'ballast')
    const { bavail, bsize } = statfsSync(disk.folder)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 4 * MIB))

    const tooLarge = await upload(server, HEADER + randomBytes(3 * MIB).toString('hex'))
    expect(tooLarge.body).toMatchObject({ status: 507, code: 'storage_full' })
    // Fits as it is; what is made of it does not.
    const ids = randomBytes(MIB).toString('hex')
    const lines = Array.from({ length: 40_000 }, (_, at) => {
      const id = ids.slice(50 * at, 50 * at + 50)
      return `${id},${id},MUG,1,1,2024-05-10\n`
    })
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 6 * MIB))
    const noRoom = await upload(server, HEADER + lines.join(''))
    expect(noRoom.body).toMatchObject({ status: 507, code: 'storage_full' })
    for (const folder of ['uploads', 'datasets', 'work']) expect(await left(folder)).toEqual([])
    const { data } = (await supertest(server).get('/datasets')).body
    expect(data).toEqual([])

    rmSync(ballast)
    expect((await upload(server, SMALL)).body).toMatchObject({ status: 'ready', counts: { rows_kept: 1 } })
  }
)
