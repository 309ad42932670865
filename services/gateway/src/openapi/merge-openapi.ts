import type { Route } from "../routes/route.ts"

/** An OpenAPI document as far as it is looked at here. */
interface OpenApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/**
 * One description of the public API from those of the services: the operations that the gateway forwards, and no other. A
 * component that two services describe is taken from the first; the shared ones come from `contracts` and are equal.
 */
export function mergeOpenApi(documents: readonly unknown[], routes: readonly Route[]): unknown {
  const served = new Set(routes.map(({ method, pattern }) => `${method} ${shapeOf(pattern)}`))
  const paths: Record<string, Record<string, unknown>> = {}
  const components: Record<string, Record<string, unknown>> = {}
  for (const document of documents as readonly OpenApiDocument[]) {
    for (const [path, operations] of Object.entries(document.paths ?? {})) {
      for (const [method, operation] of Object.entries(operations)) {
        if (!served.has(`${method.toUpperCase()} ${shapeOf(path)}`)) continue
        paths[path] = { [method]: operation, ...paths[path] }
      }
    }
    for (const [kind, members] of Object.entries(document.components ?? {}))
      components[kind] = { ...members, ...components[kind] }
  }
  const bearer = { type: "http", scheme: "bearer", bearerFormat: "JWT" }
  return {
    openapi: "3.1.0",
    info: {
      title: "Gatehouse",
      version: "1",
      description: "The public API of the platform, under each organization's own address.",
    },
    servers: [{ url: "/" }],
    security: [{ accessToken: [] }],
    paths,
    components: {
      ...components,
      securitySchemes: { ...components.securitySchemes, accessToken: bearer },
    },
  }
}

/** A path without the names of its members: services and gateway may name them differently. */
function shapeOf(path: string): string {
  return path.replace(/\{[^}]*\*?\}|\/\*$/g, (member) => (member === "/*" ? "/{}" : "{}"))
}
