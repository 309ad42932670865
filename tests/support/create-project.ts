import { randomUUID } from "node:crypto"
import type { Principal, ProjectUuid } from "@gatehouse/contracts"
import type { TestPlane } from "./start-test-plane.ts"

/** Makes a project as somebody who may, under a name of its own where none is given. */
export async function createProject(
  plane: TestPlane,
  as: Principal,
  name = `project ${randomUUID()}`,
): Promise<ProjectUuid> {
  const { status, json } = await plane.ask({ as, method: "POST", path: "/v1/projects", body: { name } })
  if (status !== 201) throw new Error(`no project was made: ${status} ${json?.code}`)
  return json.id
}
