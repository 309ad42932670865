import { Secret } from "@gatehouse/kernel"
import { expect, test } from "vitest"
import { createTestStore } from "../testing/create-test-store.ts"
import { ensureBootstrapAdministrator } from "./ensure-bootstrap-administrator.ts"

const first = new Secret("the first secret of the administrator")
const second = new Secret("the second secret of the administrator")

test("the first administrator is made once, keeps its rights, and takes a new secret at the next start", async () => {
  await using context = await createTestStore()
  const { store } = context
  await ensureBootstrapAdministrator(store, { clientId: "gatehouse", clientSecret: first })
  const realm = await store.findRealm("master")
  const made = await store.findClient(realm?.id ?? "", "gatehouse")
  await ensureBootstrapAdministrator(store, { clientId: "gatehouse", clientSecret: first })
  await ensureBootstrapAdministrator(store, { clientId: "gatehouse", clientSecret: second })
  const now = await store.findClient(realm?.id ?? "", "gatehouse")
  expect(now).toEqual({ ...made, secret: "the second secret of the administrator" })
  expect(now).toMatchObject({ standardFlowEnabled: false, publicClient: false, serviceAccountsEnabled: true })
  const user = await store.findServiceAccountUser(realm?.id ?? "", now?.id ?? "")
  expect(user && (await store.effectiveRealmRolesOf(user))).toContain("admin")
  expect(await store.realms.list()).toHaveLength(1)
})
