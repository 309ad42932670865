import { readFileSync, writeFileSync } from "node:fs"

const begin = "<!-- measured: begin -->"
const end = "<!-- measured: end -->"

/** Puts what a bench measured into a document, between its two markers; the words around them are for people to write. */
export function writeBetweenMarkers(file: URL, text: string): void {
  const document = readFileSync(file, "utf8")
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file.pathname} has no place between "${begin}" and "${end}"`)
  writeFileSync(file, `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`)
}
