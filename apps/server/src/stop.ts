import { GatehouseError } from "@gatehouse/kernel"
import type { PlaneOptions } from "./options.ts"
import { findRunningInstance, processStart } from "./state/instance-lock.ts"
import { statePaths } from "./state/state-directory.ts"

/** Longer than a plane may take to stop in order (5 s), so that a slow one is not reported as stuck. */
const patienceMilliseconds = 10_000
const pollMilliseconds = 50

/** Asks the plane of this state directory to stop, and returns when its process has ended. Returns its process id. */
export async function stop({
  stateDirectory,
}: Pick<PlaneOptions, "stateDirectory">): Promise<{ pid: number }> {
  const running = await findRunningInstance(statePaths(stateDirectory))
  if (running === undefined) throw new GatehouseError("server.not_running")
  process.kill(running.pid, "SIGTERM")
  for (let waited = 0; waited < patienceMilliseconds; waited += pollMilliseconds) {
    if (processStart(running.pid) !== running.startedAt) return { pid: running.pid }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
  throw new GatehouseError("server.part_failed", {
    publicMessage: `Process ${running.pid} did not end within ${patienceMilliseconds / 1000} s.`,
  })
}
