import { spinner } from "@clack/prompts"
import type { StartEvent } from "../commands/server.ts"
import type { Terminal } from "../terminal.ts"

/** Shows the steps of a start as they happen. */
export interface Progress {
  report(event: StartEvent): void
  /** The start is over, however it ended. */
  end(): void
}

/**
 * Progress in the form that its reader takes: a JSON line a step for programs, a spinner for a person at a terminal, plain lines
 * on standard error for anything else.
 */
export function createProgress(terminal: Terminal, options: { readonly json: boolean }): Progress {
  if (options.json) return { report: (event) => terminal.out(JSON.stringify(event)), end: () => {} }
  return terminal.interactive ? spinningProgress() : plainProgress(terminal)
}

function plainProgress(terminal: Terminal): Progress {
  return {
    report: (event) => {
      if (event.status === "done") terminal.note(describe(event))
    },
    end: () => {},
  }
}

/** One spinner that names what is under way; steps may overlap. */
function spinningProgress(): Progress {
  const active = new Set<string>()
  const shown = spinner({ output: process.stderr, indicator: "timer" })
  shown.start("Starting Gatehouse")
  return {
    report: ({ step, status }) => {
      if (status === "started") active.add(step)
      else active.delete(step)
      shown.message(active.size > 0 ? `Starting ${[...active].join(", ")}` : "Starting Gatehouse")
    },
    end: () => shown.clear(),
  }
}

function describe({ step, detail, durationMilliseconds }: StartEvent): string {
  const time = durationMilliseconds === undefined ? "" : ` (${Math.round(durationMilliseconds)} ms)`
  return `${step}: ${detail ?? "done"}${time}`
}
