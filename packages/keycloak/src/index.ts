export { createIdentityClient, type IdentityClient } from "./create-identity-client.ts"
export type { Directory, DirectoryClient, DirectoryUser } from "./directory/create-directory.ts"
export type { PrincipalFacts } from "./directory/read-principal.ts"
export type { EnsuredRealm } from "./ensure/ensure-realm.ts"
export type { EnsuredUser, UserSpecification } from "./ensure/ensure-user.ts"
export type { EnsuredGroup } from "./ensure/groups.ts"
export type { MapperTemplate } from "./template/mappers.ts"
export {
  type ClientTemplate,
  type RealmLifetimes,
  type RealmTemplate,
  type RealmTemplateOptions,
  realmTemplate,
} from "./template/realm-template.ts"
export type { IdentityServerOptions } from "./wire/admin-wire.ts"
export type { IdentityCredentials } from "./wire/token-source.ts"
