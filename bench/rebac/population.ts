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
        operator: direct,
        viewer: direct,
        can_read: union(...["owner", "admin", "developer", "operator", "viewer"].map(computed)),
        can_write: union(computed("owner"), computed("admin"), computed("developer")),
        can_operate: union(computed("owner"), computed("developer"), computed("operator")),
      },
      metadata: {
        relations: {
          organization: only("organization"),
          owner: principals,
          admin: principals,
          developer: principals,
          operator: principals,
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
        can_operate: from("project", "can_operate"),
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
  readonly projects: readonly string[]
  readonly resources: readonly string[]
  readonly projectOf: ReadonlyMap<string, string>
  /** For each project who is bound to it: users, and groups with their members. */
  readonly bindings: ReadonlyMap<string, readonly { readonly subject: string; readonly relation: string }[]>
  /** For each user the groups that it is in, with the number of groups on the way. */
  readonly levels: ReadonlyMap<string, ReadonlyMap<string, number>>
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

/** About a thousand tuples: 60 users in groups three levels deep, 60 projects with five bindings each, 500 resources. */
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
  const parents = new Map<string, string>()
  const levels = new Map<string, Map<string, number>>()
  for (const [children, above] of [
    [leaf, middle],
    [middle, top],
  ] as const)
    for (const child of children) {
      const parent = pick(above, random)
      parents.set(child, parent)
      add(`${child}#member`, "member", parent)
    }
  for (const user of users) {
    const own = new Map<string, number>()
    levels.set(user, own)
    for (const group of new Set(many(2, () => pick(leaf, random)))) {
      add(user, "member", group)
      let level = 1
      for (let above: string | undefined = group; above !== undefined; above = parents.get(above))
        own.set(above, level++)
    }
  }
  const organization = `organization:${name}`
  add(`${pick(leaf, random)}#member`, "owner", organization)
  const bindings = new Map<string, { subject: string; relation: string }[]>()
  for (const project of projects) {
    add(organization, "organization", project)
    const bound = [
      { subject: pick(leaf, random), relation: "developer" },
      { subject: pick(middle, random), relation: "operator" },
      { subject: pick(top, random), relation: "viewer" },
      { subject: pick(users, random), relation: "owner" },
      { subject: pick(users, random), relation: "developer" },
    ]
    bindings.set(project, bound)
    for (const { subject, relation } of bound)
      add(subject.startsWith("group:") ? `${subject}#member` : subject, relation, project)
  }
  const projectOf = new Map(resources.map((resource) => [resource, pick(projects, random)]))
  for (const [resource, project] of projectOf) add(project, "project", resource)
  return { organization: { users, projects, resources, projectOf, bindings, levels }, tuples }
}
