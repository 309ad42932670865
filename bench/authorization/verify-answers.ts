import type { Population } from "./population.ts"
import type { Server } from "./server.ts"
import { type BenchStore, checkBody, listBody, post } from "./wire.ts"

const CHECKED = 300
const LISTED = 20

/** Asks a server some of the questions before it is measured. Throws where an answer is not the evaluator's: speed alone is no figure. */
export async function verifyAnswers(
  server: Server,
  store: BenchStore,
  { checks, lists, evaluator }: Population,
): Promise<void> {
  for (const query of checks.slice(0, CHECKED)) {
    const path = `/stores/${store.storeId}/check`
    const { allowed = false } = await post<{ allowed?: boolean }>(server, path, checkBody(query, store))
    if (allowed !== evaluator.check(query).allowed)
      throw new Error(`${server.name} answers a check otherwise than the evaluator`)
  }
  for (const query of lists.slice(0, LISTED)) {
    const path = `/stores/${store.storeId}/list-objects`
    const { objects } = await post<{ objects: string[] }>(server, path, listBody(query, store))
    const expected = evaluator.listObjects(query).objects
    if (objects.sort().join() !== expected.sort().join())
      throw new Error(`${server.name} lists other objects than the evaluator`)
  }
}
