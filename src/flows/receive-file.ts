import { Problem } from '../errors.ts'
import type { Flows } from './flows.ts'
import { discardFiles } from './lookup.ts'
import type { Tools } from './tools.ts'

export const receiveFile =
  ({ uploads, newId, limits, service }: Tools): Flows['receiveFile'] =>
  async (tenant, file, { filename, signal }) => {
    refuseWhileDraining(service)
    const upload = await uploads.receive(tenant, newId('upl'), file, {
      maxBytes: limits.uploadMaxBytes,
      ...(signal && { signal })
    })
    return { ...upload, filename, type: 'upload' }
  }

export const receiveOrders =
  ({ uploads, newId, service }: Tools): Flows['receiveOrders'] =>
  async (tenant, orders) => {
    refuseWhileDraining(service)
    return { ...(await uploads.receiveOrders(tenant, newId('upl'), orders)), filename: null, type: 'inline' }
  }

export const discardFile =
  (tools: Tools): Flows['discardFile'] =>
  (tenant, file) =>
    discardFiles(tools, tenant, file)

function refuseWhileDraining(service: Tools['service']): void {
  if (service.draining()) throw new Problem('draining', 'Send the request again in a moment.', { retryAfter: 5 })
}
