import type { FastifyReply } from "fastify"
import { cookieNames } from "../provider/cookie-names.ts"
import type { Realm } from "../store/types.ts"

/** Makes the browser forget its session of this realm. The session itself is ended on the server. */
export function clearSessionCookies(reply: FastifyReply, realm: Realm): void {
  const names = [cookieNames.session, `${cookieNames.session}.sig`]
  reply.header(
    "set-cookie",
    names.map((name) => `${name}=; Path=/realms/${realm.realm}/; Max-Age=0; HttpOnly; SameSite=Lax`),
  )
}
