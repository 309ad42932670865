import { GatehouseError, type PartHealth } from "@gatehouse/kernel"
import { request } from "undici"
import type { PartName, PlaneFile, PlaneOptions, PlaneStatus } from "./options.ts"
import { findRunningInstance } from "./state/instance-lock.ts"
import { readJson, statePaths } from "./state/state-directory.ts"

/** A health answer takes at most this long: a part that hangs is not healthy. */
const timeoutMilliseconds = 5_000

/** What runs on this state directory, with each part's health. Throws `server.not_running` where nothing does. */
export async function status({ stateDirectory }: Pick<PlaneOptions, "stateDirectory">): Promise<PlaneStatus> {
  const paths = statePaths(stateDirectory)
  const running = await findRunningInstance(paths)
  const plane = await readJson<PlaneFile>(paths.plane)
  if (running === undefined || plane === undefined) throw new GatehouseError("server.not_running")
  const { credentials, ...summary } = plane
  const answer = await request(`${credentials.control.url}/health`, {
    headers: { authorization: `Bearer ${credentials.control.token}` },
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
  })
  const parts = (await answer.body.json()) as Partial<Record<PartName, PartHealth>>
  return { ...summary, parts }
}
