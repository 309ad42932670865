import { pageQuerySchema, sbomPageSchema } from "@gatehouse/contracts"
import { cursorTime } from "@gatehouse/sdk"
import { sql } from "kysely"
import { z } from "zod"
import { sbomColumns, toSbom } from "../database/to-sbom.ts"
import type { ServiceContext } from "../service-context.ts"
import { readCursor, toPage } from "./cursor.ts"

const placeSchema = z.tuple([cursorTime, z.uuid()])

/** `GET /v1/sboms`: documents of the selected project, newest first. Row "list" of the dual pattern. */
export function addListSboms({ app, gatehouse }: ServiceContext): void {
  app.route({
    method: "GET",
    url: "/v1/sboms",
    summary: "Documents of a project, newest first",
    projectSelection: "required",
    query: pageQuerySchema,
    responses: { 200: sbomPageSchema },
    authorize: (auth) => auth.requirePermission("can_read", auth.requireProject()),
    handler: ({ auth, granted: grant, query: { limit, cursor } }) =>
      gatehouse.withGrant(grant, async (tx) => {
        const after = cursor === undefined ? undefined : readCursor(placeSchema, cursor)
        const rows = await tx
          .selectFrom("sbom")
          .select(sbomColumns)
          .where("org_id", "=", auth.orgId)
          .where("project_id", "=", grant.project ?? null)
          .$if(after !== undefined, (query) =>
            query.where(sql`(created_at, id)`, "<", sql`(${after?.[0]}::timestamptz, ${after?.[1]}::uuid)`),
          )
          .orderBy("created_at", "desc")
          .orderBy("id", "desc")
          .limit(limit + 1)
          .execute()
        return toPage(rows, limit, toSbom, (row) => [row.created_at.toISOString(), row.id])
      }),
  })
}
