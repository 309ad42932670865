import { type Component, componentPageSchema, pageQuerySchema } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { type Selectable, sql } from "kysely"
import { z } from "zod"
import type { ComponentTable } from "../database/tables.ts"
import { maximumPurlLength } from "../document/limits.ts"
import { readPurl } from "../document/purl.ts"
import type { ServiceContext } from "../service-context.ts"
import { readCursor, toPage } from "./cursor.ts"

const querySchema = pageQuerySchema.extend({
  purl: z.string().min(1).max(maximumPurlLength).meta({
    description:
      "A package URL. Without a version it matches every version; qualifiers and subpath, where given, must be the component's too.",
  }),
})

/** A document, and a place in it as its column holds one. */
const placeSchema = z.tuple([z.uuid(), z.int32()])

const columns = [
  "sbom_id",
  "position",
  "name",
  "component_group",
  "version",
  "type",
  "purl",
  "licenses",
  "hashes",
] as const satisfies readonly (keyof ComponentTable)[]

/** `GET /v1/components?purl=…`: the selected project's components that a package URL names, by document. */
export function addSearchComponents({ app, gatehouse }: ServiceContext): void {
  app.route({
    method: "GET",
    url: "/v1/components",
    summary: "Components of a project by package URL",
    projectSelection: "required",
    query: querySchema,
    responses: { 200: componentPageSchema },
    authorize: (auth) => auth.requirePermission("can_read", auth.requireProject()),
    handler: ({ auth, granted: grant, query: { purl: text, limit, cursor } }) =>
      gatehouse.withGrant(grant, async (tx) => {
        const purl = readPurl(text)
        if (purl === undefined) throw new GatehouseError("sbom.invalid_purl")
        const after = cursor === undefined ? undefined : readCursor(placeSchema, cursor)
        const rows = await tx
          .selectFrom("component")
          .select(columns)
          .where("org_id", "=", auth.orgId)
          .where("project_id", "=", grant.project ?? null)
          .where("purl_base", "=", purl.base)
          .$if(purl.version !== null, (query) => query.where("purl_version", "=", purl.version))
          .$if(purl.subpath !== null, (query) => query.where("purl_subpath", "=", purl.subpath))
          .$if(Object.keys(purl.qualifiers).length > 0, (query) =>
            query.where(sql<boolean>`purl_qualifiers @> ${JSON.stringify(purl.qualifiers)}::jsonb`),
          )
          .$if(after !== undefined, (query) =>
            query.where(sql`(sbom_id, position)`, ">", sql`(${after?.[0]}::uuid, ${after?.[1]}::integer)`),
          )
          .orderBy("sbom_id")
          .orderBy("position")
          .limit(limit + 1)
          .execute()
        return toPage(rows, limit, toComponent, (row) => [row.sbom_id, row.position])
      }),
  })
}

function toComponent(row: Pick<Selectable<ComponentTable>, (typeof columns)[number]>): Component {
  const { position: _position, component_group: group, licenses, hashes, ...rest } = row
  return { ...rest, group, licenses: [...licenses], hashes: [...hashes] }
}
