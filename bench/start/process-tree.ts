import { readdirSync, readFileSync } from "node:fs"

/** Every process below and including `root`, by the parent that proc(5) names. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8")
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))
    } catch {
      // It ended between the listing and the reading.
    }
  }
  const tree = [root]
  for (let index = 0; index < tree.length; index += 1) {
    for (const [pid, parent] of parents) if (parent === tree[index]) tree.push(pid)
  }
  return tree
}

/** Proportional set size in MB: memory that several processes share is divided among them. */
export function pssMegabytes(pids: readonly number[]): number {
  let kilobytes = 0
  for (const pid of pids) {
    try {
      kilobytes += Number(
        /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0,
      )
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1024
}

/** Ticks of processor time in a second, on every Linux there is (`getconf CLK_TCK`). */
const ticksPerSecond = 100

/** Processor seconds that each process has used so far, of its own and in the kernel (proc(5), fields 14 and 15 of stat). */
export function cpuSeconds(pids: readonly number[]): Map<number, number> {
  const seconds = new Map<number, number>()
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      seconds.set(pid, (Number(fields[11]) + Number(fields[12])) / ticksPerSecond)
    } catch {
      // It ended meanwhile.
    }
  }
  return seconds
}
