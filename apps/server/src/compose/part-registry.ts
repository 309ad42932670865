import type { PartHealth, RunningPart } from "@gatehouse/kernel"
import type { PartName, StartEvent } from "../options.ts"

/** What runs so far, in the order in which it was started. */
export interface PartRegistry {
  readonly parts: ReadonlyMap<PartName, Pick<RunningPart, "health">>
  /** Runs one step, reports when it begins and ends, and keeps the part that it starts. */
  start<Part extends Closable>(name: PartName, begin: () => Promise<Part>): Promise<Part>
  /** Runs one step that leaves nothing to close. */
  step<Value>(name: StartEvent["step"], run: () => Promise<Value>): Promise<Value>
  /** Frees something that parts share, after those that were started since. */
  onClose(close: () => Promise<void>): void
  /** Closes in reverse order. A part that fails to close does not keep the others from closing. */
  close(): Promise<void>
}

interface Closable {
  health(): Promise<PartHealth>
  close(): Promise<void>
}

/** An empty registry that reports each step's begin and end; durations in milliseconds. */
export function createPartRegistry(report: (event: StartEvent) => void): PartRegistry {
  const parts = new Map<PartName, Closable>()
  const closers: (() => Promise<void>)[] = []
  let closed = false
  const step: PartRegistry["step"] = async (name, run) => {
    const began = performance.now()
    report({ step: name, status: "started" })
    const value = await run()
    report({ step: name, status: "done", durationMilliseconds: Math.round(performance.now() - began) })
    return value
  }
  return {
    parts,
    step,
    start: async (name, begin) => {
      const part = await step(name, begin)
      if (closed) {
        // The start was given up while this part was on its way.
        await part.close()
        return part
      }
      parts.set(name, part)
      closers.push(() => part.close())
      return part
    },
    onClose: (close) => {
      if (closed) void close().catch(() => undefined)
      else closers.push(close)
    },
    close: async () => {
      closed = true
      for (let close = closers.pop(); close !== undefined; close = closers.pop())
        await close().catch(() => undefined)
      parts.clear()
    },
  }
}
