import type { AuthorizationModel, RelationshipTuple, Userset } from "@gatehouse/rebac"

const direct = { this: {} }
const computed = (relation: string): Userset => ({ computedUserset: { relation } })
const from = (tupleset: string, relation: string): Userset => ({
  tupleToUserset: { tupleset: { relation: tupleset }, computedUserset: { relation } },
})
const union = (...child: Userset[]): Userset => ({ union: { child } })
const principals = { directly_related_user_types: [{ type: "user" }, { type: "group", relation: "member" }] }
const only = (type: string) => ({ directly_related_user_types: [{ type }] })

/** Organizations, nested groups, projects, resources: the platform's own shape, its groups nested in each other. */
export const benchModel: AuthorizationModel = {
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    { type: "group", relations: { member: direct }, metadata: { relations: { member: principals } } },
    {
      type: "organization",
      relations: { owner: direct, admin: union(direct, computed("owner")) },
      metadata: { relations: { owner: principals, admin: principals } },
    },
    {
      type: "project",
      relations: {
        organization: direct,
        owner: direct,
        admin: union(direct, from("organization", "admin")),
        developer: direct,
        viewer: direct,
        can_read: union(computed("owner"), computed("admin"), computed("developer"), computed("viewer")),
        can_write: union(computed("owner"), computed("admin"), computed("developer")),
      },
      metadata: {
        relations: {
          organization: only("organization"),
          owner: principals,
          admin: principals,
          developer: principals,
          viewer: principals,
        },
      },
    },
    {
      type: "sbom",
      relations: {
        project: direct,
        can_read: from("project", "can_read"),
        can_write: from("project", "can_write"),
      },
      metadata: { relations: { project: only("project") } },
    },
  ],
}

/** A generator of numbers that gives the same in every run. */
export type Random = (below: number) => number

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** What one organization is made of. Ids have the length that they have in production. */
export interface Organization {
  readonly users: readonly string[]
  /** Leaf groups hold users, middle groups hold leaf groups, top groups hold middle ones. */
  readonly groups: {
    readonly leaf: readonly string[]
    readonly middle: readonly string[]
    readonly top: readonly string[]
  }
  readonly projects: readonly string[]
  readonly resources: readonly string[]
}

const hex = "0123456789abcdef"

function uuid(random: Random): string {
  let text = ""
  for (let index = 0; index < 36; index++)
    text += index === 8 || index === 13 || index === 18 || index === 23 ? "-" : hex[random(16)]
  return text
}

const many = (count: number, make: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => make(index))
const pick = (items: readonly string[], random: Random): string => items[random(items.length)] ?? ""

/** About a thousand tuples: 60 users in nested groups, 60 projects with four bindings each, 500 resources. */
export function makeOrganization(
  name: string,
  random: Random,
): { organization: Organization; tuples: RelationshipTuple[] } {
  const users = many(60, () => `user:${name}/${uuid(random)}`)
  const leaf = many(16, (index) => `group:${name}/departments/unit-${index}/${uuid(random)}`)
  const middle = many(6, (index) => `group:${name}/departments/division-${index}/${uuid(random)}`)
  const top = many(2, (index) => `group:${name}/departments/region-${index}/${uuid(random)}`)
  const projects = many(60, () => `project:${uuid(random)}`)
  const resources = many(500, () => `sbom:${uuid(random)}`)
  const tuples: RelationshipTuple[] = []
  const add = (user: string, relation: string, object: string): void =>
    void tuples.push({ user, relation, object })
  for (const user of users)
    for (const group of new Set(many(3, () => pick(leaf, random)))) add(user, "member", group)
  for (const group of leaf) add(`${group}#member`, "member", pick(middle, random))
  for (const group of middle) add(`${group}#member`, "member", pick(top, random))
  const organization = `organization:${name}`
  add(`${pick(leaf, random)}#member`, "owner", organization)
  for (const project of projects) {
    add(organization, "organization", project)
    add(`${pick(leaf, random)}#member`, "developer", project)
    add(`${pick(middle, random)}#member`, "viewer", project)
    if (random(3) === 0) add(`${pick(top, random)}#member`, "viewer", project)
    add(pick(users, random), "owner", project)
    add(pick(users, random), "developer", project)
  }
  for (const resource of resources) add(pick(projects, random), "project", resource)
  return { organization: { users, groups: { leaf, middle, top }, projects, resources }, tuples }
}
