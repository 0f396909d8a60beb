import { isDateFormat } from './serial-date.ts'
import { type Attributes, invalid, readXml } from './xml.ts'

/** Excel itself has 65,490. */
const STYLES_MAX = 100_000

/** Of each cell style, by its index: 1 where numbers are dates, 0 where they are numbers. */
export async function readDateStyles(part: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const codes = new Map<number, string>()
  const formats: number[] = []
  let inCellFormats = false
  await readXml(part, {
    open(name, attributes) {
      if (name === 'cellXfs') inCellFormats = true
      else if (name === 'numFmt') codes.set(idOf(attributes), attributes.formatCode ?? '')
      else if (name === 'xf' && inCellFormats) formats.push(idOf(attributes))
      if (formats.length > STYLES_MAX || codes.size > STYLES_MAX) throw invalid('The workbook has too many cell styles')
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false
    }
  })
  return Uint8Array.from(formats, (id) => (isDateFormat(id, codes.get(id)) ? 1 : 0))
}

const idOf = ({ numFmtId }: Attributes): number => Number(numFmtId ?? 0)
