import {
  bindingPageSchema,
  type CheckRequest,
  checkAnswerSchema,
  componentPageSchema,
  explainAnswerSchema,
  memberDetailSchema,
  memberPageSchema,
  meSchema,
  organizationPageSchema,
  organizationSchema,
  type Page,
  type ProjectRole,
  projectPageSchema,
  projectSchema,
  sbomCreatedSchema,
  sbomPageSchema,
  sbomSchema,
} from "@gatehouse/contracts"
import type { z } from "zod"
import { type ApiTransport, type ApiTransportOptions, createApiTransport } from "./api-transport.ts"

/** Which part of a list. */
export interface PageQuery {
  readonly limit?: number
  readonly cursor?: string
}

/** One organization's API, call by call. Every call throws `ApiProblem` for an error answer. */
export type ApiClient = ReturnType<typeof createApiClient>

/**
 * The public API of one organization, as one login sees it: a method for each operation, its answer read by the schema that the
 * service writes it by. Throws `ApiProblem` for what the server refuses, `request.unreachable` and
 * `request.unexpected_answer`.
 */
export function createApiClient(options: ApiTransportOptions) {
  const transport = createApiTransport(options)
  const { read } = transport
  const get = <Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    query: object = {},
    project?: string,
  ) => read(schema, { method: "GET", path, query: { ...query }, project })
  return {
    me: () => get(meSchema, "/v1/me"),
    check: (question: CheckRequest) =>
      read(checkAnswerSchema, { method: "POST", path: "/v1/check", body: question }),
    explain: (question: CheckRequest) => get(explainAnswerSchema, "/v1/explain", question),
    organizations: {
      list: (page?: PageQuery) => get(organizationPageSchema, "/v1/organizations", page),
      get: (id: string) => get(organizationSchema, `/v1/organizations/${encodeURIComponent(id)}`),
    },
    members: {
      list: (page?: PageQuery) => get(memberPageSchema, "/v1/members", page),
      get: (id: string) => get(memberDetailSchema, `/v1/members/${encodeURIComponent(id)}`),
    },
    projects: projectOperations(transport),
    sboms: {
      /** `document` is CycloneDX or SPDX JSON, sent as it is. */
      upload: (project: string, document: Uint8Array) =>
        read(sbomCreatedSchema, { method: "POST", path: "/v1/sboms", project, body: document }),
      list: (project: string, page?: PageQuery) => get(sbomPageSchema, "/v1/sboms", page, project),
      get: (id: string) => get(sbomSchema, `/v1/sboms/${encodeURIComponent(id)}`),
      /** The document as it was uploaded. */
      document: (id: string) =>
        transport.send({ method: "GET", path: `/v1/sboms/${encodeURIComponent(id)}/document` }),
      delete: async (id: string) => {
        await transport.send({ method: "DELETE", path: `/v1/sboms/${encodeURIComponent(id)}` })
      },
    },
    components: {
      list: (project: string, query: PageQuery & { readonly purl: string }) =>
        get(componentPageSchema, "/v1/components", query, project),
    },
    close: () => transport.close(),
  }
}

function projectOperations({ read, send }: ApiTransport) {
  const pathOf = (id: string) => `/v1/projects/${encodeURIComponent(id)}`
  const bindingPath = (id: string, role: ProjectRole, subject: string) =>
    `${pathOf(id)}/bindings/${role}/${subjectPath(subject)}`
  return {
    list: (page: PageQuery = {}) =>
      read(projectPageSchema, { method: "GET", path: "/v1/projects", query: { ...page } }),
    create: (name: string) => read(projectSchema, { method: "POST", path: "/v1/projects", body: { name } }),
    get: (id: string) => read(projectSchema, { method: "GET", path: pathOf(id) }),
    rename: (id: string, name: string) =>
      read(projectSchema, { method: "PATCH", path: pathOf(id), body: { name } }),
    delete: async (id: string) => {
      await send({ method: "DELETE", path: pathOf(id) })
    },
    bindings: (id: string, page: PageQuery = {}) =>
      read(bindingPageSchema, { method: "GET", path: `${pathOf(id)}/bindings`, query: { ...page } }),
    grant: async (id: string, role: ProjectRole, subject: string) => {
      await send({ method: "PUT", path: bindingPath(id, role, subject) })
    },
    revoke: async (id: string, role: ProjectRole, subject: string) => {
      await send({ method: "DELETE", path: bindingPath(id, role, subject) })
    },
  }
}

/** A subject at the end of a path: its slashes stay, since the gateway takes no encoded ones. */
function subjectPath(subject: string): string {
  return subject.split("/").map(encodeURIComponent).join("/")
}

/** Every item of a list, page by page. */
export async function* allItems<Item>(
  list: (page: PageQuery) => Promise<Page<Item>>,
  limit = 200,
): AsyncGenerator<Item, void, undefined> {
  for (let cursor: string | undefined; ; ) {
    const page = await list(cursor === undefined ? { limit } : { limit, cursor })
    yield* page.items
    if (page.next_cursor === null) return
    cursor = page.next_cursor
  }
}
