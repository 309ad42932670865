import pg from "pg"
import { rewrapDriverError } from "./driver-errors.ts"

type Callback = (error: unknown, ...results: unknown[]) => void
type Call = (...parameters: unknown[]) => unknown

/** A connection whose errors are ours, by promise and by callback. */
export class RewrappingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    Object.defineProperty(this, "query", { value: rewrapping(super.query.bind(this) as Call) })
    Object.defineProperty(this, "connect", { value: rewrapping(super.connect.bind(this) as Call) })
    // A connection that breaks while it is lent out emits this with nobody listening, which would end the process. Whoever
    // holds it learns of it from the next statement.
    this.on("error", () => {})
  }
}

function rewrapping(call: Call): Call {
  return (...parameters) => {
    const last = parameters.at(-1)
    if (typeof last === "function") {
      const callback = last as Callback
      parameters[parameters.length - 1] = (error: unknown, ...results: unknown[]) =>
        callback(error ? rewrapDriverError(error) : error, ...results)
    }
    const answer = call(...parameters)
    if (!(answer instanceof Promise)) return answer
    return answer.catch((error: unknown) => {
      throw rewrapDriverError(error)
    })
  }
}
