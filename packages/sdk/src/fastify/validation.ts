import { GatehouseError } from "@gatehouse/kernel"
import type { FastifySchemaCompiler } from "fastify"
import type { z } from "zod"

/** Where a violation lies, and what is wrong with it; never the value. */
export interface Violation {
  readonly path: string
  readonly message: string
}

/** More violations of one request than this help nobody. */
const maximumViolations = 20

/** `request.invalid` with each violation by its place. */
export function invalidRequest(violations: readonly Violation[]): GatehouseError {
  return new GatehouseError("request.invalid", {
    details: { errors: violations.slice(0, maximumViolations) },
  })
}

/** The value that a schema makes of an input. Throws `request.invalid`; `part` is where the input came from. */
export function parseRequestPart<Schema extends z.ZodType>(
  schema: Schema,
  part: string,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw invalidRequest(
    parsed.error.issues.map(({ path, message }) => ({
      path: [part, ...path.map(String)].join("."),
      message,
    })),
  )
}

/** Validates what fastify hands on with the route's zod schemas. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = httpPart === "querystring" ? "query" : httpPart === "params" ? "path" : (httpPart ?? "request")
  return (data: unknown) => {
    try {
      return { value: parseRequestPart(schema, part, data) }
    } catch (error) {
      return { error: error as Error }
    }
  }
}
