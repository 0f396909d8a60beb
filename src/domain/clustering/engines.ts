import type { Distance } from '../vocabulary.ts'
import type { ClusterEngine } from './engine.ts'
import { lloydEngine } from './lloyd.ts'
import { cosineEngine, manhattanEngine } from './ml-engine.ts'

/** Which engine clusters by which distance. */
export const ENGINES: Readonly<Record<Distance, ClusterEngine>> = {
  euclidean: lloydEngine,
  manhattan: manhattanEngine,
  cosine: cosineEngine
}
