import { Problem } from '../../../errors.ts'
import { plainText } from './text-escapes.ts'
import { invalid, readXml } from './xml.ts'

/** Held in memory while the sheet is read. */
const BYTES_MAX = 192 * 1024 * 1024
const BLOCK_BYTES = 4 * 1024 * 1024

/**
 * The texts that the cells of all sheets refer to by number, as UTF-8 outside of JavaScript's heap: a workbook of a
 * million rows has as many.
 */
export class SharedStrings {
  private readonly blocks: Buffer[] = []
  private used = BLOCK_BYTES
  private bytes = 0
  private count = 0
  /** Block, start and end of each text. */
  private places = new Int32Array(3 * 1024)

  get length(): number {
    return this.count
  }

  /** @throws Problem intake_memory */
  add(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.bytes += bytes
    if (this.bytes + this.places.byteLength > BYTES_MAX) throw tooMuchText()
    if (this.used + bytes > (this.blocks.at(-1)?.length ?? 0)) {
      this.blocks.push(Buffer.allocUnsafe(Math.max(BLOCK_BYTES, bytes)))
      this.used = 0
    }
    if (3 * this.count === this.places.length) {
      const larger = new Int32Array(2 * this.places.length)
      larger.set(this.places)
      this.places = larger
    }
    this.blocks.at(-1)!.write(text, this.used)
    this.places.set([this.blocks.length - 1, this.used, this.used + bytes], 3 * this.count)
    this.used += bytes
    this.count++
  }

  /** @throws Problem xlsx_invalid where there is no such text */
  get(index: number): Buffer {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
      throw invalid(`A cell refers to shared text ${index}, and there are ${this.count} of them`)
    }
    const { places } = this
    return this.blocks[places[3 * index]!]!.subarray(places[3 * index + 1]!, places[3 * index + 2]!)
  }
}

/** Runs of differently formatted letters are put together; the phonetic guide beside them is left out. */
export async function readSharedStrings(part: AsyncIterable<Buffer>): Promise<SharedStrings> {
  const strings = new SharedStrings()
  let text = ''
  let inText = false
  let phonetic = 0
  await readXml(part, {
    open(name) {
      if (name === 'si') text = ''
      else if (name === 't') inText = phonetic === 0
      else if (name === 'rPh') phonetic++
    },
    text(piece) {
      if (inText) text += piece
    },
    close(name) {
      if (name === 't') inText = false
      else if (name === 'rPh') phonetic--
      else if (name === 'si') strings.add(plainText(text))
    }
  })
  return strings
}

const tooMuchText = (): Problem =>
  new Problem(
    'intake_memory',
    'The workbook holds more text than is read from one; save the sheet with the orders as CSV and upload that.'
  )
