import { project, type RouteReply } from "@gatehouse/sdk"
import { auth, gatehouse } from "./tables.ts"

declare const reply: RouteReply
const id = "00000000-0000-4000-8000-000000000000"
const row = { org_id: "acme", project_id: id, text: "hello" }
const mayWrite = await auth.requirePermission("can_write", project(id))

// The way that compiles: a handler returns the answer's body, and the answer leaves after the commit.
reply.code(201).header("location", "/v1/greetings/1")
await gatehouse.withGrant(mayWrite, (tx) => tx.insertInto("greeting").values(row).returningAll().execute())

// Nobody answers from within a transaction, whose commit may still fail.
// must not compile: TS2339
await gatehouse.withGrant(mayWrite, async () => reply.code(201).send(row))
// must not compile: TS2339
await gatehouse.withGrant(mayWrite, async () => reply.raw.end("hello"))
