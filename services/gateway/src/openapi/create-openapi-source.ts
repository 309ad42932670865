import type { Clock } from "@gatehouse/kernel"
import type { Upstreams } from "../forward/create-upstreams.ts"
import type { UpstreamName } from "../options.ts"
import type { Route } from "../routes/route.ts"
import { mergeOpenApi } from "./merge-openapi.ts"

/** A description changes with a release; this keeps anybody from making the gateway ask for it all the time. */
const keptForMilliseconds = 10_000

/** Gives the merged description. Rejects where a service cannot be asked: half of an API would read like a whole one. */
export function createOpenApiSource(
  upstreams: Pick<Upstreams, "getJson">,
  routes: readonly Route[],
  clock: Clock,
): () => Promise<unknown> {
  const names: readonly UpstreamName[] = [...new Set(routes.map(({ upstream }) => upstream))]
  let kept: { readonly document: Promise<unknown>; readonly at: number } | undefined
  return () => {
    const now = clock.monotonicMilliseconds()
    if (kept && now - kept.at < keptForMilliseconds) return kept.document
    const document = Promise.all(names.map((name) => upstreams.getJson(name, "/v1/openapi.json"))).then(
      (documents) => mergeOpenApi(documents, routes),
    )
    kept = { document, at: now }
    document.catch(() => {
      kept = undefined
    })
    return document
  }
}
