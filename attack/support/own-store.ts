import {
  createWire,
  type PreparedStore,
  prepareStore,
  type Wire,
} from "../../engines/authorization/src/contract/wire.ts"
import { addressOf, plane } from "./plane.ts"

/** The authorization wire of the shared plane, with the plane's own credential. */
export function planeWire(): Wire {
  return createWire({ url: addressOf("authorization"), credential: plane.credentials.authorization ?? "" })
}

export interface OwnStore extends PreparedStore {
  readonly wire: Wire
  write(...tuples: readonly object[]): Promise<void>
  /** The member `allowed` of a check; undefined where it is refused. `more` holds contextual tuples, context and the like. */
  check(user: string, relation: string, object: string, more?: object): Promise<boolean | undefined>
}

/** A store of a test file's own, so that tests share nothing. */
export async function createOwnStore(model: object, wire: Wire = planeWire()): Promise<OwnStore> {
  const prepared = await prepareStore(wire, model)
  return {
    ...prepared,
    wire,
    write: async (...tuples) => {
      const answer = await wire.post(prepared.path("write"), { writes: { tuple_keys: tuples } })
      if (answer.status !== 200) throw new Error(`the write was refused: ${JSON.stringify(answer.body)}`)
    },
    check: async (user, relation, object, more = {}) => {
      const answer = await wire.post(prepared.path("check"), {
        tuple_key: { user, relation, object },
        consistency: "HIGHER_CONSISTENCY",
        ...more,
      })
      return (answer.body as { readonly allowed?: boolean }).allowed
    },
  }
}
