import { availableParallelism, cpus } from "node:os"

/** Where and when figures were measured, for a reader to compare with his own. */
export interface Machine {
  readonly measuredAt: string
  readonly processor: string
  readonly cores: number
  readonly node: string
}

export function describeMachine(): Machine {
  return {
    measuredAt: new Date().toISOString(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    node: process.versions.node,
  }
}
