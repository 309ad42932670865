import { type ConfigOf, field, loadConfig } from "@gatehouse/config"
import { revealSecret } from "@gatehouse/kernel"
import { z } from "zod"

const optionalUrl = z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional()
const optionalText = z.string().min(1).optional()

const schema = {
  environmentName: field.visible("NODE_ENV", optionalText, "production refuses development defaults"),
  identityUrl: field.visible(
    "IDENTITY_URL",
    optionalUrl,
    "a Keycloak that replaces the embedded identity engine",
  ),
  identityClientId: field.visible(
    "IDENTITY_CLIENT_ID",
    z.string().min(1).default("gatehouse"),
    "service account of realm master there",
  ),
  identityClientSecret: field.secret("IDENTITY_CLIENT_SECRET", optionalText, "its secret"),
  authorizationUrl: field.visible(
    "AUTHORIZATION_URL",
    optionalUrl,
    "an OpenFGA that replaces the embedded engine",
  ),
  authorizationToken: field.secret(
    "AUTHORIZATION_TOKEN",
    optionalText,
    "its preshared key, where it has one",
  ),
  databaseUrl: field.secret(
    "DATABASE_URL",
    z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres address" }).optional(),
    "a PostgreSQL that replaces the embedded cluster; its role may create roles and databases",
  ),
  logLevel: field.visible(
    "GATEHOUSE_LOG_LEVEL",
    z.enum(["debug", "info", "warn", "error"]).default("info"),
    "what the log keeps",
  ),
}

/** The server's configuration after all checks; secret keys are sealed. */
export type ServerConfig = ConfigOf<typeof schema>

/** Reads the server's settings. Throws `config.invalid` with every violation at once. */
export function readServerConfig(environment: Readonly<Record<string, string | undefined>>): ServerConfig {
  return loadConfig(schema, environment, (config) =>
    config.identityUrl !== undefined && revealSecret(config.identityClientSecret) === undefined
      ? ["IDENTITY_CLIENT_SECRET: is needed with IDENTITY_URL"]
      : [],
  )
}
