import type { Engines } from './engine.ts'
import { lloydEngine } from './lloyd.ts'
import { cosineEngine, manhattanEngine } from './ml-engine.ts'

/** Those that need nothing but JavaScript. */
export const ENGINES: Engines = {
  euclidean: lloydEngine,
  manhattan: manhattanEngine,
  cosine: cosineEngine
}
