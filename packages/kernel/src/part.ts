/** How a part of the plane is, in one word and one sentence. */
export interface PartHealth {
  readonly status: "ok" | "degraded" | "failed"
  readonly detail?: string
}

/** A part of the plane that runs: an engine or a service. `close` drains what is under way, then frees everything. */
export interface RunningPart {
  /** Where it answers, without a trailing slash: `http://127.0.0.1:8082`. */
  readonly url: string
  health(): Promise<PartHealth>
  close(): Promise<void>
}
