import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Command, Outcome, Target } from "./protocol.ts"

/** A replica's process. */
export interface ReplicaProcess {
  /** Throws what went wrong there. */
  ask(command: Command): Promise<Outcome>
  stop(): Promise<void>
}

/** Starts a process that holds a replica of the target, once it is asked to load. */
export function startReplica(target: Target): ReplicaProcess {
  const child = fork(fileURLToPath(new URL("replica-process.ts", import.meta.url)), {
    execArgv: ["--expose-gc"],
    env: { ...process.env, BENCH_TARGET: JSON.stringify(target) },
  })
  const exited = once(child, "exit")
  return {
    ask: async (command) => {
      child.send(command)
      const [outcome] = (await Promise.race([
        once(child, "message"),
        exited.then(() => [{ failure: "the replica's process ended" }]),
      ])) as [Outcome]
      if (outcome.failure !== undefined) throw new Error(outcome.failure)
      return outcome
    },
    stop: async () => {
      child.kill("SIGTERM")
      await exited
    },
  }
}
