export { codeOf } from "./code-of.ts"
export {
  createTestRealm,
  registryOf,
  type TestRealm,
  type TestRealmOptions,
  testAudience,
} from "./create-test-realm.ts"
export { signRaw } from "./sign-raw.ts"
