import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"

/** A running process, as the system shows it. */
export interface ProcessFacts {
  readonly parent: number
  readonly command: string
}

/** What runs under this process id; undefined where nothing does, or only a process that has ended and was not reaped. */
export async function processOf(id: number): Promise<ProcessFacts | undefined> {
  return process.platform === "linux" ? fromProc(id) : fromPs(id)
}

async function fromProc(id: number): Promise<ProcessFacts | undefined> {
  try {
    const [status, command] = await Promise.all([
      readFile(`/proc/${id}/stat`, "utf8"),
      readFile(`/proc/${id}/cmdline`, "utf8"),
    ])
    // The program's name, in brackets, may hold blanks and brackets itself: fields count from the last bracket.
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ")
    if (state === "Z" || state === "X") return undefined
    return { parent: Number(parent), command: command.split("\0").join(" ") }
  } catch {
    return undefined
  }
}

async function fromPs(id: number): Promise<ProcessFacts | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", [
      "-ww",
      "-o",
      "stat=,ppid=,command=",
      "-p",
      String(id),
    ])
    const [, state, parent, command] = /^\s*(\S+)\s+(\d+)\s+(.*)$/s.exec(stdout) ?? []
    if (state === undefined || state.startsWith("Z") || command === undefined) return undefined
    return { parent: Number(parent), command }
  } catch {
    return undefined
  }
}
