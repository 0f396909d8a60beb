import { describe, expect, test } from 'vitest'
import { RateWindow } from '../../../src/http/plugins/rate-window.ts'

describe('RateWindow', () => {
  test('counts each caller by itself and tells what is left', () => {
    const window = new RateWindow(2, 1000)
    expect(window.count('a', 0)).toEqual({ left: 1, seconds: 1 })
    expect(window.count('a', 1)).toEqual({ left: 0, seconds: 1 })
    expect(window.count('a', 999)).toEqual({ left: -1, seconds: 1 })
    expect(window.count('b', 999)).toEqual({ left: 1, seconds: 1 })
  })

  test('begins anew when the window has ended, and when the clock was put back', () => {
    const window = new RateWindow(1, 60_000)
    expect(window.count('a', 100_000)).toEqual({ left: 0, seconds: 60 })
    expect(window.count('a', 159_999)).toEqual({ left: -1, seconds: 1 })
    expect(window.count('a', 160_000)).toEqual({ left: 0, seconds: 60 })
    expect(window.count('a', 5_000)).toEqual({ left: 0, seconds: 60 })
  })

  test('remembers 5,000 callers and lets go of the one whose window ends first', () => {
    const window = new RateWindow(9, 60_000)
    window.count('first', 0)
    window.count('second', 1)
    for (let n = 0; n < 4999; n++) window.count(`caller ${n}`, 2)
    expect(window.count('second', 3).left).toBe(7)
    expect(window.count('first', 3).left).toBe(8)
  })
})
