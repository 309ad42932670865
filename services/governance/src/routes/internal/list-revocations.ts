import { type RevocationPageAnswer, revocationPageSchema } from "@gatehouse/contracts"
import { createCursorForm, z } from "@gatehouse/sdk"
import type { RouteContext } from "../route-context.ts"
import { authorizeGateway } from "./authorize-gateway.ts"

const cursors = createCursorForm("revocations", z.string().regex(/^\d{1,18}$/))
const querySchema = z.strictObject({ after: z.string().max(128).optional() })

/** `GET /internal/revocations?after=`: the feed that verifiers follow. */
export function addListRevocations({ app, revocations }: RouteContext): void {
  app.route({
    method: "GET",
    url: "/internal/revocations",
    summary: "What ended before it expired",
    internal: true,
    query: querySchema,
    responses: { 200: revocationPageSchema },
    authorize: authorizeGateway,
    handler: async ({ query: { after } }): Promise<RevocationPageAnswer> => {
      const place = cursors.read(after)
      const { events, last, complete } = await revocations.read(
        place === undefined ? undefined : BigInt(place),
      )
      return { events, next: cursors.write(String(last)), complete }
    },
  })
}
