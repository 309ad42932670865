import {
  ClientWriteRequestOnDuplicateWrites,
  ClientWriteRequestOnMissingDeletes,
  ConsistencyPreference,
  CredentialsMethod,
  FgaApiAuthenticationError,
  FgaApiNotFoundError,
  FgaApiValidationError,
  OpenFgaClient,
} from "@openfga/sdk"
import { expect, test } from "vitest"
import { contractModel } from "./model.ts"
import { type ContractTarget, tuple, unknownId } from "./wire.ts"

type Model = Parameters<OpenFgaClient["writeAuthorizationModel"]>[0]

/** OpenFGA's own client, unchanged. */
export function officialClientContract(target: () => ContractTarget): void {
  const clientOf = (options: { storeId?: string; authorizationModelId?: string; token?: string } = {}) =>
    new OpenFgaClient({
      apiUrl: target().url,
      credentials: {
        method: CredentialsMethod.ApiToken,
        config: { token: options.token ?? target().credential },
      },
      retryParams: { maxRetry: 0 },
      ...(options.storeId ? { storeId: options.storeId } : {}),
      ...(options.authorizationModelId ? { authorizationModelId: options.authorizationModelId } : {}),
    })
  const prepare = async () => {
    const { id: storeId } = await clientOf().createStore({ name: "official client" })
    const { authorization_model_id: authorizationModelId } = await clientOf({
      storeId,
    }).writeAuthorizationModel(structuredClone(contractModel) as unknown as Model)
    return clientOf({ storeId, authorizationModelId })
  }
  const anne = tuple("user:anne", "owner", "document:1")

  test("stores and models", async () => {
    const client = await prepare()
    expect((await client.getStore()).name).toBe("official client")
    expect((await client.listStores({ name: "official client" })).stores.length).toBeGreaterThan(0)
    const latest = await client.readLatestAuthorizationModel()
    const byId = await client.readAuthorizationModel()
    expect(latest?.authorization_model).toEqual(byId.authorization_model)
    expect((await client.readAuthorizationModels({ pageSize: 1 })).authorization_models).toHaveLength(1)
    await client.deleteStore()
    await expect(client.getStore()).rejects.toThrow(FgaApiNotFoundError)
  })

  test("writes, with conflicts refused and ignored, in one transaction and in chunks", async () => {
    const client = await prepare()
    const bob = tuple("user:bob", "owner", "document:1")
    await client.writeTuples([anne])
    await expect(client.writeTuples([anne])).rejects.toThrow(FgaApiValidationError)
    await client.writeTuples([anne, bob], {
      conflict: { onDuplicateWrites: ClientWriteRequestOnDuplicateWrites.Ignore },
    })
    const missing = tuple("user:none", "owner", "document:1")
    await client.deleteTuples([missing], {
      conflict: { onMissingDeletes: ClientWriteRequestOnMissingDeletes.Ignore },
    })
    const many = Array.from({ length: 25 }, (_, index) => tuple(`user:${index}`, "owner", "document:many"))
    const { writes } = await client.write(
      { writes: many },
      { transaction: { disable: true, maxPerChunk: 10 } },
    )
    expect(writes.every(({ status }) => status === "success")).toBe(true)
    const read = await client.read({ object: "document:many" }, { pageSize: 20 })
    expect(read.tuples).toHaveLength(20)
    const rest = await client.read(
      { object: "document:many" },
      { pageSize: 20, continuationToken: read.continuation_token },
    )
    expect([rest.tuples.length, rest.continuation_token]).toEqual([5, ""])
    const changes = await client.readChanges(
      { type: "document", startTime: "2020-01-01T00:00:00Z" },
      { pageSize: 2 },
    )
    expect(changes.changes.map(({ tuple_key }) => tuple_key.user)).toEqual(["user:anne", "user:bob"])
  })

  test("questions", async () => {
    const client = await prepare()
    await client.writeTuples([anne, tuple("user:*", "viewer", "document:2")])
    const question = { user: "user:anne", relation: "viewer", object: "document:1" }
    expect(await client.check(question)).toMatchObject({ allowed: true })
    const member = {
      ...question,
      user: "user:x",
      contextualTuples: [tuple("user:x", "editor", "document:1")],
    }
    const consistency = ConsistencyPreference.HigherConsistency
    expect(await client.check(member, { consistency })).toMatchObject({ allowed: true })
    const batch = await client.batchCheck({
      checks: [
        { ...question, correlationId: "yes" },
        { ...question, user: "user:no", correlationId: "no" },
      ],
    })
    expect(
      Object.fromEntries(batch.result.map(({ correlationId, allowed }) => [correlationId, allowed])),
    ).toEqual({
      yes: true,
      no: false,
    })
    expect((await client.clientBatchCheck([question])).result[0]?.allowed).toBe(true)
    const list = { user: "user:anne", relation: "viewer", type: "document" }
    expect((await client.listObjects(list)).objects.sort()).toEqual(["document:1", "document:2"])
    const streamed: string[] = []
    for await (const { object } of client.streamedListObjects(list)) streamed.push(object)
    expect(streamed.sort()).toEqual(["document:1", "document:2"])
    const relations = {
      user: "user:anne",
      object: "document:1",
      relations: ["viewer", "blocked", "can_print"],
    }
    expect((await client.listRelations(relations)).relations.sort()).toEqual(["can_print", "viewer"])
    const users = await client.listUsers({
      object: { type: "document", id: "1" },
      relation: "viewer",
      user_filters: [{ type: "user" }],
    })
    expect(users.users).toContainEqual({ object: { type: "user", id: "anne" } })
    const tree = await client.expand({ object: "document:1", relation: "owner" })
    expect(tree.tree?.root?.leaf?.users?.users).toEqual(["user:anne"])
  })

  test("assertions", async () => {
    const client = await prepare()
    await client.writeAssertions([
      { user: "user:anne", relation: "owner", object: "document:1", expectation: true },
    ])
    expect((await client.readAssertions()).assertions).toHaveLength(1)
  })

  test("mistakes come as the client's own errors", async () => {
    const client = await prepare()
    const ask = (options: Parameters<typeof clientOf>[0]) =>
      clientOf(options).check({ user: "user:anne", relation: "nope", object: "document:1" })
    const storeId = client.storeId as string
    await expect(ask({ storeId })).rejects.toThrow(FgaApiValidationError)
    await expect(ask({ storeId, token: "wrong" })).rejects.toThrow(FgaApiAuthenticationError)
    await expect(ask({ storeId: unknownId })).rejects.toThrow(FgaApiValidationError)
  })
}
