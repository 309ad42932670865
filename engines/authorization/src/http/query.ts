import { refuse } from "../wire/error-codes.ts"

const nothing = () => undefined

/** Reads parameters of a query by name; unknown ones are ignored, and one that is asked for and there twice is refused. */
export function parseQuery(text: string): (name: string) => string | undefined {
  if (text === "") return nothing
  const parameters = new URLSearchParams(text)
  return (name) => {
    const [value, second] = parameters.getAll(name)
    if (second !== undefined) throw refuse("validation_error", `too many values for field "${name}"`)
    return value
  }
}
