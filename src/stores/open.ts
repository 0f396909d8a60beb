import type { Stores } from './contract.ts'
import { type MemoryStoresOptions, openMemoryStores } from './memory.ts'

export interface StoresOptions extends MemoryStoresOptions {
  store: 'memory' | 'redis'
  redisUrl?: string | undefined
}

/** @throws Error when this version does not have the store that the settings ask for */
export async function openStores({ store, redisUrl: _, ...options }: StoresOptions): Promise<Stores> {
  if (store === 'redis') throw new Error('STORE=redis is not available in this version: set STORE=memory')
  return openMemoryStores(options)
}
