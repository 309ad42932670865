import { isUuid, type Project } from "@gatehouse/contracts"
import { type ApiClient, GatehouseError } from "@gatehouse/sdk/client"
import { collectItems } from "./collect-items.ts"

/** `--project`, as every command that works in one project takes it. */
export const projectArgument = {
  project: {
    type: "string",
    description: "Project, by name or id; may be left out where you see only one",
    valueHint: "NAME",
  },
} as const

/** Every project that the login may read, through all pages, in the API's order. */
export function listProjects(api: ApiClient): Promise<Project[]> {
  return collectItems(api.projects.list)
}

/**
 * The id of the project that a text means: an id stands for itself, a name is looked up, and nothing means the only one there
 * is. Throws `cli.unknown_project`, `cli.ambiguous_name` and `cli.project_needed`.
 */
export async function findProject(api: ApiClient, text: string | undefined): Promise<string> {
  if (text !== undefined && isUuid(text)) return text
  const projects = await listProjects(api)
  const fitting = text === undefined ? projects : projects.filter(({ name }) => name === text)
  const [first] = fitting
  if (first !== undefined && fitting.length === 1) return first.id
  if (text === undefined) throw new GatehouseError("cli.project_needed")
  throw new GatehouseError(first === undefined ? "cli.unknown_project" : "cli.ambiguous_name")
}

/** An object of a check as the server takes it: the name in `project:NAME` becomes its id. */
export async function findObject(api: ApiClient, text: string): Promise<string> {
  const name = /^project:(.+)$/.exec(text)?.[1]
  return name === undefined ? text : `project:${await findProject(api, name)}`
}
