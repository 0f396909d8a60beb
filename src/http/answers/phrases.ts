import type { ModelWithState } from '../../flows/messages/models.ts'
import { Phrase } from './json-text.ts'

export const phrase = (text: string) => new Phrase(text)

export const COMMA = phrase(',')
export const COLON = phrase(':')
export const CLOSED = phrase('}')
export const TRUE = phrase('true')
export const FALSE = phrase('false')
export const CUSTOMER = phrase('{"customer_id":')
export const NEXT_CUSTOMER = phrase(',{"customer_id":')
export const MARGIN = phrase(',"margin":')
export const WITHIN = phrase(',"out_of_domain":false')
export const BEYOND = phrase(',"out_of_domain":true')
export const NEAREST = phrase(',"nearest":[')
export const NEAREST_END = phrase('}]')
export const FEATURES = phrase(',"features":{')
export const SILHOUETTE = phrase(',"silhouette":')
export const REVENUE = phrase(',"revenue":')
export const ROWS = phrase(',"data":[')
export const ROWS_END = phrase('],')
export const IDS = phrase(',"columns":{"customer_id":[')
export const SEGMENT_IDS = phrase('],"segment_id":[')
export const SEGMENT_NAMES = phrase('],"segment_name":[')
export const DISTANCES = phrase('],"distance":[')
export const MARGINS = phrase('],"margin":[')
export const OUT_OF_DOMAIN = phrase('],"out_of_domain":[')
export const COLUMNS_END = phrase(']},')

/** What is the same in all answers of a model. */
export interface Phrases {
  opening: Phrase
  /** With the end of the answer. */
  limitations: Phrase
  /** Of a customer of the training, for which the reference date is always the model's. */
  reference: Phrase
  segments: SegmentPhrases[]
}

export interface SegmentPhrases {
  id: Phrase
  name: Phrase
  /** Between the id of a customer and the distance: of one that is assigned, and of one of the training. */
  own: Phrase
  known: Phrase
  /** Before a distance in the list of all: where it is the nearest, and where it follows another. */
  near: Phrase
  nextNear: Phrase
}

const known = new WeakMap<ModelWithState, Phrases>()

export function phrasesOf(model: ModelWithState): Phrases {
  let phrases = known.get(model)
  if (phrases === undefined) {
    phrases = {
      opening: phrase(`{"model_id":${JSON.stringify(model.id)},"reference_date":`),
      limitations: phrase(`"limitations":${JSON.stringify(model.limitations)}}`),
      reference: phrase(
        `,"model_id":${JSON.stringify(model.id)},"reference_date":${JSON.stringify(model.reference_date)},"segment_name":`
      ),
      segments: model.segments.map((segment) => {
        const [id, name] = [JSON.stringify(segment.id), JSON.stringify(segment.name)]
        return {
          id: phrase(id),
          name: phrase(name),
          own: phrase(`,"segment_id":${id},"segment_name":${name},"distance":`),
          known: phrase(`,"segment_id":${id},"distance":`),
          near: phrase(`{"segment_id":${id},"distance":`),
          nextNear: phrase(`},{"segment_id":${id},"distance":`)
        }
      })
    }
    known.set(model, phrases)
  }
  return phrases
}

const titles = new WeakMap<readonly string[], readonly Phrase[]>()

/** Of features, each with what stands before it. @param names the same array for the same names, where that is easy */
export function titlesOf(names: readonly string[]): readonly Phrase[] {
  let found = titles.get(names)
  if (found === undefined) {
    found = names.map((name, f) => phrase(`${f === 0 ? ',"features":{' : ','}${JSON.stringify(name)}:`))
    titles.set(names, found)
  }
  return found
}
