import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from './build-app.ts'
import { keyRecord, keyText } from './keys.ts'

/** What lets the administrator of the tenant `shop` in, and that of the tenant `other`. */
export const shopKey = { authorization: `Bearer ${keyText('shopkey000')}` }
export const otherKey = { authorization: `Bearer ${keyText('otherkey00')}` }

/** The whole service, as buildApp makes it, listening and with keys for two tenants. */
export async function buildKeyedApp(environment: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-keys-'))
  const keysFile = join(folder, 'keys.json')
  const keys = [keyRecord('shopkey000', ['admin']), keyRecord('otherkey00', ['admin'], { tenant: 'other' })]
  await writeFile(keysFile, JSON.stringify({ keys }))
  const service = await buildApp({ API_KEYS_FILE: keysFile, WORKERS: '1', ...environment })
  return {
    ...service,
    url: await service.app.listen({ port: 0, host: '127.0.0.1' }),
    async close(): Promise<void> {
      await service.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
