export {
  createTestRealm,
  registryOf,
  type TestRealm,
  type TestRealmOptions,
  testAudience,
} from "./create-test-realm.ts"
