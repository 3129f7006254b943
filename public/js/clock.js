// The clocks. How long something takes is never read from the clock on the wall: that one is set, forwards and back.

/** now returns a moment in ms, to be compared with others of this page only.
 * @type {() => number} */
export const now = () => performance.now()

/** ageOf returns how many ms ago a moment was that another page has noted with Date.now(); one in the future is now.
 * @type {(moment: number) => number} */
export const ageOf = moment => Math.max(0, Date.now() - moment)
