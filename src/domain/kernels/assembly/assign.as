// Nearest centroids by boxes. One copy for each number of features $D; see scripts/kernels.mjs.

/** Every point of a mixed block goes to `owner`. @returns how many were elsewhere */
function claim_$D(b: i32, owner: i32): i32 {
  let changed = 0
  for (let p = b * $B; p < min(count, b * $B + $B); p++) {
    const label = <i32>load<u8>(labels + <usize>p)
    if (label == owner) continue
    movePoint_$D(p, label, owner)
    changed++
  }
  return changed
}

/** Gives a whole block to `owner`. */
function own_$D(b: i32, owner: i32): i32 {
  const state = stateOf(b)
  const before = load<i32>(state, OWNER)
  if (before == owner) return 0
  store<i32>(state, owner, OWNER)
  return before == MIXED ? claim_$D(b, owner) : moveMass_$D(masses + <usize>b * ${(D+3)*8}, before, owner)
}

function visit_$D(b: i32, turn: i32): i32 {
  const state = stateOf(b)
  let candidates = load<u64>(state)
  const known = load<i32>(state, SEEN) == turn - 1
  let anew = !known
  if (!tick(state, turn)) {
    const found = findCandidates_$D(boxes + <usize>b * ${(2*D+4)*4}, state)
    // The leases of the points say nothing of centroids that were no candidates when they were given.
    anew = anew || (found & ~candidates) != 0
    candidates = found
    store<u64>(state, found)
  }
  if ((candidates & (candidates - 1)) == 0) return own_$D(b, <i32>ctz(candidates))
  let changed = 0
  let owner = load<i32>(state, OWNER)
  if (owner == NONE) {
    // Most points of a block have one label: cheaper to move the whole block there first than each point by itself.
    owner = nearestToMiddle
    changed = own_$D(b, owner)
  }
  if (owner != MIXED) {
    memory.fill(labels + <usize>(b * $B), <u8>owner, $B)
    store<i32>(state, MIXED, OWNER)
  }
  return changed + scan_$D(b, candidates, anew)
}

/**
 * Labels the points of super-blocks `from` to `to` with their nearest centroid and keeps `sums` in step.
 *
 * @param turn 0 after a reset, then one more for each assignment
 * @returns how many labels changed; on turn 0 any number above 0
 */
export function assign_$D(from: i32, to: i32, turn: i32): i32 {
  const all = blockCount()
  let changed = 0
  for (let s = from; s < to; s++) {
    const state = superStateOf(s)
    const owner = load<i32>(state, OWNER)
    let candidates = load<u64>(state)
    if (!tick(state, turn)) {
      candidates = findCandidates_$D(superBoxes + <usize>s * ${(2*D+4)*4}, state)
      store<u64>(state, candidates)
    } else if (owner >= 0) continue
    const end = min(all, (s + 1) * SUPER)
    if ((candidates & (candidates - 1)) == 0) {
      const next = <i32>ctz(candidates)
      if (owner == next) continue
      store<i32>(state, next, OWNER)
      if (owner != MIXED) changed += moveMass_$D(superMasses + <usize>s * ${(D+3)*8}, owner, next)
      else for (let b = s * SUPER; b < end; b++) changed += own_$D(b, next)
      continue
    }
    if (owner != MIXED) {
      for (let b = s * SUPER; b < end; b++) store<i32>(stateOf(b), owner, OWNER)
      store<i32>(state, MIXED, OWNER)
    }
    for (let b = s * SUPER; b < end; b++) changed += visit_$D(b, turn)
  }
  return changed
}
