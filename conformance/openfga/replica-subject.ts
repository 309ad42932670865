import { GatehouseError, Secret } from "@gatehouse/kernel"
import { createReplicaAuthorizer, type ReplicaAuthorizer } from "@gatehouse/openfga"
import { errorNumber } from "./error-codes.ts"
import type { Outcome, ServerUnderTest, Subject } from "./subject.ts"
import { createWireStore } from "./wire-store.ts"

/** Each stage waits for one poll; nothing else depends on how often there is one. */
const pollMilliseconds = 20
/** A busy machine must not make the server answer instead: how old an answer may be is not what these files ask. */
const maximumLagMilliseconds = 30_000
/** A store of a test file is loaded in far less, on a busy machine too. */
const readyMilliseconds = 30_000

/**
 * The replica of a server's store. Tuples are written to the server by somebody else, so that they reach the replica through
 * the change feed alone, and the first question after a write waits for a poll that began after it.
 */
export function createReplicaSubject(server: ServerUnderTest): Subject {
  return {
    name: "replica",
    async createStore(name) {
      const store = await createWireStore(server, name)
      let replica: ReplicaAuthorizer | undefined
      let behind = true
      const current = (): ReplicaAuthorizer => {
        if (replica === undefined) throw new Error("a model must be written first")
        return replica
      }
      const ask = async <Answer>(
        question: (
          replica: ReplicaAuthorizer,
          consistency: "after_call" | "minimize_latency",
        ) => Promise<Answer>,
      ): Promise<Outcome<Answer>> => {
        await ready(current())
        const consistency = behind ? "after_call" : "minimize_latency"
        const outcome = await outcomeOf(() => question(current(), consistency))
        // A refused question may not have waited.
        if ("answer" in outcome) behind = false
        const { state } = current().status()
        if (state !== "following") throw new Error(`the replica did not answer from memory: it is ${state}`)
        return outcome
      }
      return {
        writeModel: async (model) => {
          await store.writeModel(model)
          await replica?.close()
          const { id: storeId, modelId } = store
          const credential = server.credential === undefined ? undefined : new Secret(server.credential)
          const timings = { pollMilliseconds, maximumLagMilliseconds }
          replica = createReplicaAuthorizer({ url: server.url, storeId, modelId, credential, timings })
          await ready(replica)
        },
        writeTuples: async (tuples) => {
          await store.writeTuples(tuples)
          behind = true
        },
        check: (question) =>
          ask(async (asked, consistency) => (await asked.check({ ...question, consistency })).allowed),
        listObjects: (question) =>
          ask(async (asked, consistency) =>
            whole(await asked.listObjects({ ...question, consistency }), ({ objects }) => objects),
          ),
        listUsers: async ({ filters, ...question }) => {
          const [filter, ...more] = filters
          // The wire takes exactly one; the authorizer's form already says so.
          if (filter === undefined || more.length > 0) return { errorCode: errorNumber("validation_error") }
          return ask(async (asked, consistency) =>
            whole(await asked.listUsers({ ...question, filter, consistency }), ({ users }) => users),
          )
        },
        close: async () => {
          await replica?.close()
          await store.close()
        },
      }
    },
  }
}

/** A replica whose server answers wrongly tries again and again; a test must end. */
async function ready(replica: ReplicaAuthorizer): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`the replica is not ready: it is ${replica.status().state}`))
    timer = setTimeout(fail, readyMilliseconds)
  })
  try {
    await Promise.race([replica.ready(), late])
  } finally {
    clearTimeout(timer)
  }
}

function whole<List extends { readonly complete: boolean }>(
  list: List,
  read: (list: List) => readonly string[],
) {
  if (!list.complete) throw new Error("the list is not whole")
  return read(list)
}

/** A refused question carries the wire's code, whoever answered it. */
async function outcomeOf<Answer>(ask: () => Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await ask() }
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    const errorCode = errorNumber(String(error.details.code))
    if (errorCode === undefined) throw error
    return { errorCode }
  }
}
