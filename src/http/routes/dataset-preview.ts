import type { Flows } from '../../flows/flows.ts'
import { receiveUpload } from '../answers/upload.ts'
import { hangUpSignal } from '../answers/wait.ts'
import { parsed } from '../plugins/validation.ts'
import { PreviewAnswer } from '../schemas/dataset-preview.ts'
import { DatasetOptionsRequest, DatasetRequest, FILES_MAX } from '../schemas/datasets.ts'
import type { App } from '../types.ts'

type Stories = Pick<Flows, 'receiveFile' | 'receiveOrders' | 'discardFile' | 'previewDataset' | 'previewReference'>

/** To be registered where forms are taken. */
export function previewRoute(
  app: App,
  { flows, uploadMaxBytes, inlineMaxBytes }: { flows: Stories; uploadMaxBytes: number; inlineMaxBytes: number }
): void {
  app.post(
    '/datasets/preview',
    {
      config: { scope: 'write', upload: true },
      bodyLimit: inlineMaxBytes,
      schema: {
        operationId: 'previewDataset',
        summary: 'Look at order lines before making a dataset of them',
        description:
          'Takes what POST /datasets takes and keeps nothing. Says how the file is written, which column holds what and how surely, the first rows as they stand and as they were read, and what would make a dataset of it fail. Of one file the beginning is looked at, and no more of it fetched from elsewhere than that needs; several are joined and read whole.',
        tags: ['datasets'],
        response: { 200: PreviewAnswer }
      }
    },
    async (request, reply) => {
      const { tenant } = request.principal
      if (request.isMultipart()) {
        const form = { maxBytes: uploadMaxBytes, options: DatasetOptionsRequest, content: 'the order lines' }
        const { file, options } = await receiveUpload(flows, request, reply, { ...form, filesMax: FILES_MAX })
        return await flows.previewDataset(tenant, file, options, hangUpSignal(reply))
      }
      const { source, options = {} } = parsed(DatasetRequest, request.body, 'body')
      if (source.type !== 'inline') return await flows.previewReference(tenant, source, options, hangUpSignal(reply))
      const file = await flows.receiveOrders(tenant, source.orders)
      return await flows.previewDataset(tenant, file, options, hangUpSignal(reply))
    }
  )
}
