import type { Member } from "./organizations.ts"

/** What a parameter or a body's member names; `plain` names nothing of an organization's. */
export type NamedThing =
  | "project"
  | "sbom"
  | "member"
  | "organization"
  | "subject"
  | "object"
  | "principal"
  | "cursor"
  | "plain"

export interface Slot {
  readonly place: "path" | "query" | "header" | "body"
  readonly name: string
  readonly names: NamedThing
  readonly required: boolean
  /** AuthZEN's form of what it names: `{ type, id }`, of an action `{ name }`, of what a search looks for `{ type }`. */
  readonly entity?: "id" | "name" | "type"
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly slots: readonly Slot[]
}

interface Described {
  readonly parameters?: readonly {
    readonly in: Slot["place"]
    readonly name: string
    readonly required?: boolean
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>
  }
}

interface MemberSchema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: {
    readonly schemas: Readonly<
      Record<
        string,
        {
          readonly properties?: Readonly<Record<string, MemberSchema>>
          readonly required?: readonly string[]
        }
      >
    >
  }
}

/** Names that mean the same on every operation. What is not here and not told by its path has to be added. */
const meanings: Readonly<Record<string, NamedThing>> = {
  project: "project",
  "x-project-id": "project",
  org: "organization",
  subject: "subject",
  object: "object",
  principal: "principal",
  cursor: "cursor",
  limit: "plain",
  role: "plain",
  permission: "plain",
  purl: "plain",
  name: "plain",
  context: "plain",
  evaluations: "plain",
  options: "plain",
  page: "plain",
}

/** Every operation that the plane's own OpenAPI document describes, so that a new one is tried too. */
export async function describedOperations(by: Member): Promise<Operation[]> {
  const document = (await by.ask("GET", "/v1/openapi.json")).json as ApiDocument
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      slots: [...parameterSlots(path, described), ...bodySlots(document, path, described)],
    })),
  )
}

function parameterSlots(path: string, { parameters = [] }: Described): Slot[] {
  return parameters.map(({ in: place, name, required = false }) => ({
    place,
    name,
    required,
    names: name === "id" ? byCollection(path) : meaningOf(name, path),
  }))
}

function bodySlots({ components }: ApiDocument, path: string, { requestBody }: Described): Slot[] {
  const reference = requestBody?.content["application/json"]?.schema.$ref?.split("/").at(-1)
  if (reference === undefined) return []
  const { properties = {}, required = [] } = components.schemas[reference] ?? {}
  return Object.entries(properties).map(([name, schema]) => {
    const resolved =
      schema.$ref === undefined ? schema : components.schemas[schema.$ref.split("/").at(-1) ?? ""]
    const entity = path.startsWith("/access/v1/") ? entityForm(resolved?.properties ?? {}) : undefined
    return {
      place: "body",
      name,
      // The defaults of a batch are optional; where it holds no question, they are the one.
      required: entity !== undefined || required.includes(name),
      ...(entity === undefined
        ? { names: meaningOf(name, reference) }
        : { names: entityMeaning(name, entity), entity }),
    }
  })
}

function entityForm(members: Readonly<Record<string, unknown>>): Slot["entity"] {
  return (["id", "name", "type"] as const).find((member) => Object.hasOwn(members, member))
}

function entityMeaning(name: string, entity: Slot["entity"]): NamedThing {
  if (entity !== "id") return "plain"
  return name === "subject" ? "subject" : "object"
}

function byCollection(path: string): NamedThing {
  const collection = /\/([a-z]+)\/\{id\}/.exec(path)?.[1] ?? ""
  const known: Readonly<Record<string, NamedThing>> = {
    projects: "project",
    sboms: "sbom",
    members: "member",
  }
  const found = known[collection]
  if (found === undefined) throw new Error(`what does {id} of ${path} name?`)
  return found
}

function meaningOf(name: string, where: string): NamedThing {
  const found = meanings[name]
  if (found === undefined) throw new Error(`what does ${name} of ${where} name?`)
  return found
}
