import { readFile, writeFile } from "node:fs/promises"

/** Resident memory of a process of this machine, in MiB (proc(5)). */
export async function residentMebibytes(pid: number): Promise<number> {
  return statusField(pid, "VmRSS")
}

/** Runs the work and gives the most memory that the process held meanwhile, beyond what it held before. In MiB. */
export async function peakGrowthOf(pid: number, work: () => Promise<void>): Promise<number> {
  // Writing 5 sets the peak back to what is held now.
  await writeFile(`/proc/${pid}/clear_refs`, "5")
  const before = await residentMebibytes(pid)
  await work()
  return (await statusField(pid, "VmHWM")) - before
}

async function statusField(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8")
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`the status of a process has no ${name}`)
  return Number(kibibytes) / 1024
}
