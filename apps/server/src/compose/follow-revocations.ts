import { revocationPageSchema } from "@gatehouse/contracts"
import {
  createRevocationFollower,
  type InternalTokenIssuer,
  type RevocationEvent,
  type RevocationFollower,
} from "@gatehouse/tokens"
import { request } from "undici"
import { gatewayPrincipal } from "./plane-principals.ts"

/** The gateway's copy of governance's revocation feed, polled over the wire with the gateway's own credential. */
export function followRevocations(
  governanceUrl: string,
  internalTokens: InternalTokenIssuer,
): RevocationFollower {
  return createRevocationFollower({
    fetchEvents: async (cursor, signal) => {
      const path = "/internal/revocations"
      const query = cursor === undefined ? "" : `after=${encodeURIComponent(cursor)}`
      const token = await internalTokens.mint({
        audience: "governance",
        principal: gatewayPrincipal,
        method: "GET",
        path,
        query,
      })
      const answer = await request(`${governanceUrl}${path}${query === "" ? "" : `?${query}`}`, {
        headers: { authorization: `Bearer ${token}` },
        signal,
      })
      if (answer.statusCode !== 200) {
        await answer.body.dump()
        throw new Error(`the revocation feed answered ${answer.statusCode}`)
      }
      const page = revocationPageSchema.parse(await answer.body.json())
      return { ...page, events: page.events as RevocationEvent[] }
    },
  })
}
