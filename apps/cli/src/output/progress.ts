import type { StartEvent } from "../commands/server.ts"
import type { Terminal } from "../terminal.ts"

/** Shows the steps of a start as they happen. */
export interface Progress {
  report(event: StartEvent): void
  /** The start is over, however it ended. */
  end(): void
}

/**
 * Progress in the form that its reader takes: a JSON line a step for programs, one line that changes for a person at a terminal,
 * plain lines on standard error for anything else.
 */
export function createProgress(terminal: Terminal, options: { readonly json: boolean }): Progress {
  if (options.json) return { report: (event) => terminal.out(JSON.stringify(event)), end: () => {} }
  return terminal.interactive ? changingLine(terminal) : plainLines(terminal)
}

function plainLines(terminal: Terminal): Progress {
  return {
    report: (event) => {
      if (event.status === "done") terminal.note(describe(event))
    },
    end: () => {},
  }
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const frameMilliseconds = 80

/**
 * One line that names what is under way; steps may overlap. Our own and not the prompt library's spinner: that one takes the
 * keyboard and ends the process at Ctrl-C, so that the database would be left running.
 */
function changingLine(terminal: Terminal): Progress {
  const active = new Set<string>()
  const started = performance.now()
  let frame = 0
  const timer = setInterval(() => {
    frame += 1
    const seconds = Math.floor((performance.now() - started) / 1000)
    const steps = active.size > 0 ? [...active].join(", ") : "Gatehouse"
    terminal.replaceLine(`${frames[frame % frames.length]} Starting ${steps} (${seconds} s)`)
  }, frameMilliseconds)
  timer.unref()
  return {
    report: ({ step, status }) => {
      if (status === "started") active.add(step)
      else active.delete(step)
    },
    end: () => {
      clearInterval(timer)
      terminal.replaceLine("")
    },
  }
}

function describe({ step, detail, durationMilliseconds }: StartEvent): string {
  const time = durationMilliseconds === undefined ? "" : ` (${Math.round(durationMilliseconds)} ms)`
  return `${step}: ${detail ?? "done"}${time}`
}
