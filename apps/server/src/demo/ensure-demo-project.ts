import { type OrganizationId, platformAdministratorRole, platformService } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { request } from "undici"
import type { RunningServices } from "../compose/start-services.ts"

interface Project {
  readonly id: string
  readonly name: string
}

/** Makes the organization's demo project through governance's API, as any project is made, unless there is one of that name. */
export async function ensureDemoProject(
  services: RunningServices,
  organization: OrganizationId,
  name: string,
): Promise<Project> {
  const { items } = (await call(services, organization, "GET")) as { items: Project[] }
  const found =
    items.find((project) => project.name === name) ??
    ((await call(services, organization, "POST", { name })) as Project)
  return { id: found.id, name: found.name }
}

async function call(
  { governance, internalTokens }: RunningServices,
  organization: OrganizationId,
  method: "GET" | "POST",
  body?: unknown,
): Promise<unknown> {
  const path = "/v1/projects"
  const token = await internalTokens.mint({
    audience: "governance",
    // An administrator of the platform, whose every use is audited.
    principal: platformService("demo", organization, [platformAdministratorRole]),
    method,
    path,
  })
  const answer = await request(`${governance.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (answer.statusCode >= 300) {
    throw new GatehouseError("server.part_failed", {
      publicMessage: "The demo project could not be made.",
      details: { status: answer.statusCode, answer: await answer.body.text() },
    })
  }
  return answer.body.json()
}
