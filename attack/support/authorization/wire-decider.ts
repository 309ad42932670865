import { createOwnStore } from "../own-store.ts"
import type { MakeDecider } from "./decider.ts"
import { createWireDeciderOf } from "./store-decider.ts"

/** The engine of the shared plane over its HTTP wire, with a store of its own. */
export const createWireDecider: MakeDecider = async (model) => {
  const store = await createOwnStore(model)
  return createWireDeciderOf(store.wire, store, model)
}
