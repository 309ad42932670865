import { describe, expect, it } from "vitest"
import { readServerConfig } from "./config.ts"
import { partNames } from "./options.ts"
import { refuseUnsafeDefaults } from "./refuse-unsafe-defaults.ts"

const start = (identityUrl: string, authorizationUrl = "https://openfga.example") =>
  refuseUnsafeDefaults({
    config: readServerConfig({
      NODE_ENV: "production",
      IDENTITY_URL: identityUrl,
      IDENTITY_CLIENT_SECRET: "of-the-test",
      AUTHORIZATION_URL: authorizationUrl,
    }),
    demo: false,
    parts: partNames,
    allow: ["embedded", "state-secrets"],
  })

describe("in production", () => {
  it.each(["http://keycloak.example", "HTTP://keycloak.example"])("the issuer %s is refused", (url) => {
    expect(() => start(url)).toThrow(
      expect.objectContaining({ code: "server.unsafe_defaults", details: { refused: ["http"] } }),
    )
  })

  it.each(["https://keycloak.example", "HTTPS://keycloak.example"])("the issuer %s is taken", (url) => {
    expect(() => start(url)).not.toThrow()
  })

  it("a plain http address of the authorization server is refused: its key would go in clear", () => {
    expect(() => start("https://keycloak.example", "http://openfga.example")).toThrow(
      expect.objectContaining({ code: "server.unsafe_defaults", details: { refused: ["http"] } }),
    )
  })
})
