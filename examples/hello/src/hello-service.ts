import { createGatehouse, createServiceApp, type GatehouseOptions, type Generated, z } from "@gatehouse/sdk"

interface HelloDatabase {
  greeting: { id: Generated<string>; org_id: string; project_id: string; text: string }
}

const greeting = z.object({ id: z.uuid(), text: z.string() })
const newGreeting = greeting.pick({ text: true }).strict()

/** Greetings of a project: read by who may read it, written by who may write there. */
export async function createHelloService(
  options: Omit<GatehouseOptions<HelloDatabase>, "service"> & { readonly port: number },
) {
  const gatehouse = createGatehouse<HelloDatabase>({ ...options, service: "hello" })
  const app = await createServiceApp({ ...options, gatehouse, info: { title: "Hello", version: "1" } })

  app.route({
    method: "GET",
    url: "/v1/greetings",
    summary: "Greetings of a project",
    projectSelection: "required",
    responses: { 200: z.object({ items: z.array(greeting) }) },
    authorize: (auth) => auth.requirePermission("can_read", auth.requireProject()),
    handler: ({ auth, granted: grant }) =>
      gatehouse.withGrant(grant, async (tx) => {
        const mine = tx.selectFrom("greeting").where("org_id", "=", auth.orgId)
        const ofProject = mine.where("project_id", "=", grant.project ?? null)
        return { items: await ofProject.select(["id", "text"]).limit(100).execute() }
      }),
  })

  app.route({
    method: "POST",
    url: "/v1/greetings",
    summary: "Greet a project",
    projectSelection: "required",
    body: newGreeting,
    responses: { 201: greeting },
    authorize: (auth) => auth.requirePermission("can_write", auth.requireProject()),
    handler: ({ auth, granted: grant, body, reply }) =>
      gatehouse.withGrant(grant, async (tx) => {
        const place = { org_id: auth.orgId, project_id: grant.object.id }
        const row = await tx
          .insertInto("greeting")
          .values({ ...place, text: body.text })
          .returning(["id", "text"])
          .executeTakeFirstOrThrow()
        await tx.audit({ action: "greeting.create", resource: { type: "greeting", id: row.id } })
        reply.code(201)
        return row
      }),
  })

  return app.listen(options.port)
}
