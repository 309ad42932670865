import { type ProjectRole, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, objectIn, type Representation, textIn } from "../wire/answers.ts"

/** Groups in one answer: a project has six. */
const childrenPage = 100
/** The deepest path that is made; Gatehouse's own are three deep. */
const maximumDepth = 20

/** A group that is there now, and whether this call made it. */
export interface EnsuredGroup {
  readonly id: string
  readonly created: boolean
}

/** The group at a full path, or undefined. Throws `identity.refused` for what is no path. */
export async function findGroup(
  wire: AdminWire,
  realm: string,
  path: string,
): Promise<Representation | undefined> {
  const operation = "group.read"
  const segments = segmentsOf(path).map(encodeURIComponent)
  const body = await wire.find({ realm, path: `/group-by-path/${segments.join("/")}`, operation })
  if (body === undefined) return undefined
  const group = objectIn(body, operation)
  return group.path === path ? group : undefined
}

/** Makes the group at a full path, and those above it. */
export async function ensureGroupPath(wire: AdminWire, realm: string, path: string): Promise<EnsuredGroup> {
  const operation = "group.create"
  const existing = await findGroup(wire, realm, path)
  if (existing) return { id: textIn(existing, "id", operation), created: false }
  const segments = segmentsOf(path)
  const name = segments.at(-1)
  const parentPath = segments
    .slice(0, -1)
    .map((segment) => `/${segment}`)
    .join("")
  const parent = parentPath === "" ? undefined : await ensureGroupPath(wire, realm, parentPath)
  const place = parent === undefined ? "/groups" : `/groups/${parent.id}/children`
  try {
    return { id: await wire.create({ realm, path: place, body: { name }, operation }), created: true }
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== "identity.conflict") throw error
    const made = await findGroup(wire, realm, path)
    if (!made) throw error
    return { id: textIn(made, "id", operation), created: false }
  }
}

/** Makes the group of each of these roles of a project, `/projects/<id>/project-owners` and so on. */
export async function ensureProjectGroups(
  wire: AdminWire,
  realm: string,
  project: ProjectUuid,
  roles: readonly ProjectRole[],
): Promise<void> {
  const operation = "group.create"
  const parent = await ensureGroupPath(wire, realm, projectPath(project))
  const listed = await wire.read({
    realm,
    path: `/groups/${parent.id}/children?max=${childrenPage}`,
    operation,
  })
  const known = new Set(listIn(listed, operation).map((group) => textIn(group, "path", operation)))
  const missing = roles.map((role) => projectGroupPath(project, role)).filter((path) => !known.has(path))
  for (const path of missing) {
    const name = path.slice(path.lastIndexOf("/") + 1)
    const answer = await wire.request({
      method: "POST",
      realm,
      path: `/groups/${parent.id}/children`,
      body: { name },
      operation,
    })
    if (answer.status !== 201 && answer.status !== 409) {
      throw new GatehouseError("identity.unexpected_answer", {
        details: { operation, status: answer.status },
      })
    }
  }
}

/** Removes a project's groups. */
export async function removeProjectGroups(
  wire: AdminWire,
  realm: string,
  project: ProjectUuid,
): Promise<void> {
  const operation = "group.delete"
  const group = await findGroup(wire, realm, projectPath(project))
  if (!group) return
  const path = `/groups/${textIn(group, "id", operation)}`
  const answer = await wire.request({ method: "DELETE", realm, path, operation })
  if (answer.status !== 204 && answer.status !== 404) {
    throw new GatehouseError("identity.unexpected_answer", { details: { operation, status: answer.status } })
  }
}

function projectPath(project: ProjectUuid): string {
  const path = projectGroupPath(project, "owner")
  return path.slice(0, path.lastIndexOf("/"))
}

function segmentsOf(path: string): string[] {
  const [first, ...segments] = path.split("/")
  const isPath =
    first === "" &&
    segments.length > 0 &&
    segments.length <= maximumDepth &&
    segments.every((segment) => segment !== "" && segment !== "." && segment !== "..")
  if (!isPath) {
    throw new GatehouseError("identity.refused", {
      publicMessage: "A group is named by its full path, like /org-admins.",
    })
  }
  return segments
}
