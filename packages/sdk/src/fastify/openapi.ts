import swagger from "@fastify/swagger"
import { problemContentType, problemSchema } from "@gatehouse/contracts"
import type { FastifyInstance, FastifySchema } from "fastify"
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod"
import { z } from "zod"
import type { RouteForm } from "./route.ts"

/** The head of a service's API description. */
export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

const securityScheme = "accessToken"

/** Collects every route that is added from now on. */
export async function registerOpenApi(app: FastifyInstance, info: OpenApiInfo): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { ...info },
      components: {
        securitySchemes: { [securityScheme]: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      },
    },
    transform: (document) => describeDocuments(nameWildcard(document), document),
    transformObject: jsonSchemaTransformObject,
  })
}

type Transform = NonNullable<Parameters<typeof jsonSchemaTransform>[0]>

/**
 * OpenAPI has no wildcard: the member gets its name. Its slashes are written as they are, which OpenAPI 3.1 cannot say (the
 * gateway refuses an encoded one), so the member's description says it.
 */
function nameWildcard(document: Transform): ReturnType<typeof jsonSchemaTransform> {
  const { schema, url } = jsonSchemaTransform(document)
  const name = document.route.config?.wildcardName
  const params = (schema as { params?: JsonObjectSchema } | undefined)?.params
  if (name === undefined || params === undefined) return { schema, url }
  const rename = (member: string) => (member === "*" ? name : member)
  const properties = Object.entries(params.properties ?? {}).map(([member, form]) => [rename(member), form])
  return {
    schema: {
      ...schema,
      params: {
        ...params,
        properties: Object.fromEntries(properties),
        required: params.required?.map(rename),
      },
    },
    url: url.replace(/\*$/, `:${name}`),
  }
}

/** Adds what no zod schema says: documents that a route reads or gives out itself, and where a created thing is. */
function describeDocuments(
  { schema, url }: ReturnType<typeof jsonSchemaTransform>,
  { route }: Transform,
): ReturnType<typeof jsonSchemaTransform> {
  const { response } = (schema ?? {}) as { response?: Readonly<Record<string, unknown>> }
  if (response === undefined) return { schema, url }
  const { takesDocument, givesDocument } = route.config?.documents ?? {}
  const created = response[201]
  const described = {
    ...schema,
    ...(takesDocument === undefined ? {} : { body: { content: jsonContent(takesDocument) } }),
    response: {
      ...response,
      ...(givesDocument === undefined
        ? {}
        : { 200: { description: "The document.", content: jsonContent(givesDocument) } }),
      ...(created === undefined
        ? {}
        : {
            201: {
              description: "Created.",
              headers: { location: { type: "string", description: "The path of what was created." } },
              content: jsonContent(["application/json"], created),
            },
          }),
    },
  }
  return { schema: described as typeof schema, url }
}

function jsonContent(
  types: readonly string[],
  schema: unknown = { type: "object" },
): Record<string, { readonly schema: unknown }> {
  return Object.fromEntries(types.map((type) => [type, { schema }]))
}

/** An operation's name in generated clients: `PUT /v1/projects/:id/bindings` is `putProjectsByIdBindings`. Unique, as paths are. */
function operationIdOf({ method, wildcardName }: Form, url: string): string {
  const words = url
    .replace(/^\/v1\//, "")
    .replace(/\*$/, `:${wildcardName ?? "rest"}`)
    .split("/")
    .flatMap((segment) => (segment.startsWith(":") ? ["by", segment.slice(1)] : segment.split(/[^a-z0-9]+/i)))
  const capitalized = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${method.toLowerCase()}${capitalized.join("")}`
}

interface JsonObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
}

type Form = RouteForm<z.ZodType, z.ZodType, z.ZodType>

/** A route's schemas as fastify and the OpenAPI document take them. */
export function routeSchema(
  form: Form,
  { url, open }: { readonly url: string; readonly open: boolean },
): FastifySchema {
  const names = [...url.matchAll(/:([a-z_]+)/gi)].map(([, name]) => name as string)
  const params = form.params ?? (names.length === 0 ? undefined : z.object(textMembers(names)))
  const headers = form.projectSelection === undefined || url !== form.url ? undefined : projectHeader(form)
  return {
    operationId: operationIdOf(form, url),
    summary: form.summary,
    ...(form.internal ? { hide: true } : {}),
    ...(open ? { security: [] } : { security: [{ [securityScheme]: [] }] }),
    ...(params === undefined ? {} : { params }),
    ...(form.query === undefined ? {} : { querystring: form.query }),
    ...(form.body === undefined ? {} : { body: form.body }),
    ...(headers === undefined ? {} : { headers }),
    response: { ...form.responses, ...problemResponses(open) },
  }
}

function textMembers(names: readonly string[]): Record<string, z.ZodString> {
  return Object.fromEntries(names.map((name) => [name, z.string()]))
}

/** Documentation alone: selection is read, and refused, before any schema. */
function projectHeader({ projectSelection }: Form): z.ZodType {
  const id = z.string().meta({ description: "The project's id." })
  return z.looseObject({ "x-project-id": projectSelection === "required" ? id : id.optional() })
}

function problemResponses(open: boolean): Record<string, unknown> {
  const answer = (description: string) => ({
    description,
    content: { [problemContentType]: { schema: problemSchema } },
  })
  return {
    ...(open ? {} : { 401: answer("No credential, or one that is refused.") }),
    ...(open ? {} : { 403: answer("Visible, but not permitted.") }),
    404: answer("There is nothing here that the principal may see."),
    "4xx": answer("The request cannot be carried out as it is."),
    "5xx": answer("Something failed, or could not be decided, on our side."),
  }
}

interface Documented {
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> }
}

/**
 * The document with the components that it uses: other services of the process keep theirs in the same registry. A schema that
 * is only taken in is named by its own id, without the suffix by which the generator tells it from what is given out.
 */
export function openApiDocument(app: FastifyInstance): object {
  const { components, ...paths } = app.swagger() as Documented & object
  const schemas = components?.schemas ?? {}
  const used = new Set<string>()
  const pending = referencesIn(paths)
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (used.has(name)) continue
    used.add(name)
    pending.push(...referencesIn(schemas[name]))
  }
  const nameOf = (name: string) => {
    const own = name.replace(/Input$/, "")
    return used.has(own) ? name : own
  }
  const kept = [...used].sort().map((name) => [nameOf(name), schemas[name]])
  const document = { ...paths, components: { ...components, schemas: Object.fromEntries(kept) } }
  const renamed = JSON.stringify(document).replace(
    reference,
    (_, name: string) => `"#/components/schemas/${nameOf(name)}"`,
  )
  return JSON.parse(renamed)
}

const reference = /"#\/components\/schemas\/([^"]+)"/g

function referencesIn(value: unknown): string[] {
  return [...(JSON.stringify(value) ?? "").matchAll(reference)].map(([, name]) => name as string)
}
