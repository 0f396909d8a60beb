// Compiles AssemblyScript to WebAssembly: the kernels of src/domain/kernels/assembly/ to one module, what takes texts
// apart, of src/data/intake/staging/assembly/, to another, and likewise what reads the bodies of /assign, places customers and
// writes the answers.
//
// A kernel is written once, with lines that end in `//: d`: such a line is repeated for each feature, `$d` counting
// from 0; `//: n` repeats it for all features but one. So one source gives a copy without inner loops for each number of features.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

/** Numbers of features with a copy of their own; data of any other is padded with zeros to the next (layout.ts). */
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 50]

const MAX_PAGES = 65536
const texts = join(import.meta.dirname, '../src/data/intake/staging/assembly/rows.as')
const bodies = join(import.meta.dirname, '../src/http/bodies/assembly/body-text.as')
const answers = join(import.meta.dirname, '../src/http/answers/assembly/row-text.as')
const placing = join(import.meta.dirname, '../src/domain/serving/assembly/place-rows.as')
const sources = join(import.meta.dirname, '../src/domain/kernels/assembly')
const template = (name) => readFileSync(join(sources, `${name}.as`), 'utf8')

/**
 * The binary is optimised lightly: the JavaScript engine does the rest when it runs, and the build stays short.
 *
 * @returns the bytes of the module
 */
export const compileKernels = () =>
  compile([template('common'), ...WIDTHS.flatMap(copiesFor)].join('\n'), [
    ...['-O1', '--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', `${MAX_PAGES}`]
  ])

/** @returns the bytes of the module that takes texts apart */
export const compileRows = () => compile(readFileSync(texts, 'utf8'), ['-O3'])

/** @returns the bytes of the module that places customers */
export const compilePlacing = () => compile(readFileSync(placing, 'utf8'), ['-O3'])

/** @returns the bytes of the module that reads bodies */
export const compileBodies = () => compile(readFileSync(bodies, 'utf8'), ['-O3'])

/** @returns the bytes of the module that writes rows of answers */
export const compileAnswerRows = () => compile(readFileSync(answers, 'utf8'), ['-O3'])

async function compile(text, options) {
  let binary
  const { error, stderr } = await asc.main(
    [
      ...['kernels.ts', '--outFile', 'kernels.wasm', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      ...['--enable', 'simd', '--importMemory', ...options]
    ],
    {
      readFile: (name) => (name === 'kernels.ts' ? text : null),
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') binary = contents
      },
      listFiles: () => []
    }
  )
  if (error) throw new Error(`the kernels do not compile: ${stderr.toString() || error.message}`)
  return binary
}

function copiesFor(D) {
  const constants = {
    D,
    V: 2, // vectors of four points at a time
    B: D <= 4 ? 64 : 32, // points in a block
    H: (D + 1) >> 1 // pairs of rotated axes
  }
  const rows = [1, 2].flatMap((R) => [0, 1].map((C) => expand(template('rows'), { ...constants, R, C })))
  return [
    ...['place', 'candidates', 'moves', 'scan', 'assign', 'inertia', 'seed'].map((name) =>
      expand(template(name), constants)
    ),
    ...rows,
    expand(template('pairs'), constants)
  ]
}

/** Repeats the marked lines of a template, and the lines between `//: each v` and `//: end`; fills in the rest. */
function expand(text, constants) {
  const { D, V, H, R } = constants
  const ranges = { d: D, v: V, h: H, r: R, e: D >> 1, m: (D + 2) >> 1, n: D - 1 }
  const counted = (counter) => Array.from({ length: ranges[counter] }, (_, i) => ({ ...constants, [counter]: i }))
  const whole = text.replaceAll(/ *\/\/: each (\w)\n([\s\S]*?) *\/\/: end\n/g, (_, counter, lines) =>
    counted(counter)
      .map((scope) => expand(lines.replaceAll(`$${counter}`, scope[counter]), scope))
      .join('')
  )
  return whole
    .split('\n')
    .flatMap((line) => {
      const [code, mark] = line.split(' //: ')
      let copies = [constants]
      for (const counter of mark?.split(' ') ?? []) {
        copies = copies.flatMap((scope) => counted(counter).map((each) => ({ ...scope, [counter]: each[counter] })))
      }
      return copies.map((scope) => fill(code, scope))
    })
    .join('\n')
}

function fill(code, scope) {
  const names = Object.keys(scope)
  return code
    .replaceAll(/\$\{([^}]+)\}/g, (_, expression) =>
      new Function(...names, `return ${expression}`)(...Object.values(scope))
    )
    .replaceAll(/\$([A-Z]+|[a-z])/g, (_, name) => scope[name])
}
