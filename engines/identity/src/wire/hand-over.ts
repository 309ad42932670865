import type { FastifyReply, FastifyRequest } from "fastify"
import type { RealmProvider } from "../provider/realm-provider.ts"
import { type RealmRequest, withRealmRequest } from "../provider/realm-request.ts"
import { replayRequest } from "../provider/replayed-request.ts"
import type { Realm } from "../store/types.ts"
import type { OidcDependencies } from "./oidc-dependencies.ts"

/** The request below its realm, as the provider is to see it. */
export interface HandedOver {
  readonly realm: Realm
  readonly method: "GET" | "POST"
  /** Path below the realm, with its query. */
  readonly url: string
  readonly body?: Buffer
}

type Call<Result> = (
  provider: RealmProvider,
  ...exchange: [ReturnType<typeof replayRequest>, FastifyReply["raw"]]
) => Promise<Result>

/** Asks the realm's provider something about this request, without letting it answer. */
export async function askProvider<Result>(
  { providers, publicUrl }: OidcDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  { realm, ...seen }: HandedOver,
  call: Call<Result>,
  facts: Pick<RealmRequest, "client" | "grantType" | "code"> = {},
): Promise<Result> {
  const provider = await providers.of(realm)
  const replayed = replayRequest(request.raw, publicUrl, {
    ...seen,
    mountPath: `/realms/${realm.realm}`,
    headers: request.headers,
  })
  return withRealmRequest({ realm, ...facts }, () => call(provider, replayed, reply.raw))
}

/** Lets the realm's provider answer the request, under headers that we set. */
export async function handToProvider(
  dependencies: OidcDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  seen: HandedOver,
  headers: Readonly<Record<string, string>>,
  facts: Pick<RealmRequest, "client" | "grantType" | "code"> = {},
): Promise<void> {
  await askProvider(
    dependencies,
    request,
    reply,
    seen,
    async (provider, replayed, response) => {
      for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...headers }))
        if (value !== undefined) response.setHeader(name, value)
      reply.hijack()
      await provider.handle(replayed, response)
    },
    facts,
  )
}
