/** Characters looked at: ids of one kind differ in few places, so they are taken from all over the text. */
const SAMPLES = 8

/**
 * A number that differs for most texts that differ, found by looking at a few characters. It only says "certainly another": equal
 * numbers prove nothing, the texts must then be compared.
 */
export function fingerprintOf(text: string): number {
  const { length } = text
  let print = length
  if (length <= SAMPLES) {
    for (let index = 0; index < length; index++) print = (Math.imul(print, 31) + text.charCodeAt(index)) | 0
    return print
  }
  const step = (length - 1) / (SAMPLES - 1)
  for (let index = 0; index < SAMPLES; index++)
    print = (Math.imul(print, 31) + text.charCodeAt((index * step) | 0)) | 0
  return print
}
