import fc from 'fast-check'

/** Property tests draw the same cases in every run, so that a change is judged by what it changed; another seed, other cases. */
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) })
