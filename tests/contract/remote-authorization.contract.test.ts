import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ask } from "../support/http.ts"
import { describeMainJob } from "../support/main-job.ts"
import {
  newStateDirectory,
  type PlaneProcess,
  removeStateDirectory,
  startPlaneProcess,
} from "../support/plane-process.ts"

/** Only an address changes: the authorization engine of another process answers in place of the plane's own. */
let authorization: PlaneProcess
let running: PlaneProcess
const folders: string[] = []

async function newState(): Promise<string> {
  const folder = await newStateDirectory()
  folders.push(folder)
  return folder
}

beforeAll(async () => {
  authorization = await startPlaneProcess({
    stateDirectory: await newState(),
    arguments: ["--only", "database,authorization"],
  })
  running = await startPlaneProcess({
    stateDirectory: await newState(),
    environment: {
      AUTHORIZATION_URL: authorization.plane.urls.authorization ?? "",
      AUTHORIZATION_TOKEN: authorization.plane.credentials.authorization ?? "",
    },
  })
})

afterAll(async () => {
  await running?.stop()
  await authorization?.stop()
  for (const folder of folders) await removeStateDirectory(folder)
})

test("a plane with AUTHORIZATION_URL starts no engine of its own, and its tuples are in the other process", async () => {
  expect(running.plane.urls.authorization).toBe(authorization.plane.urls.authorization)
  expect(running.plane.credentials).not.toHaveProperty("authorization")
  await expect(ask(`http://127.0.0.1:${running.port + 2}/healthz`)).rejects.toThrow()
  const { url, credentials } = { url: authorization.plane.urls.authorization, ...authorization.plane }
  const stores = await ask(`${url}/stores`, { token: credentials.authorization })
  expect(stores.json).toMatchObject({ stores: [{ name: "gatehouse" }] })
})

describe("the main job", () => {
  describeMainJob(() => running)
})
