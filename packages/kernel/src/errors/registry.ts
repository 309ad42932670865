import { authzErrors } from "./areas/authz.ts"
import { cliErrors } from "./areas/cli.ts"
import { configErrors } from "./areas/config.ts"
import { gatewayErrors } from "./areas/gateway.ts"
import { governanceErrors } from "./areas/governance.ts"
import { identityErrors } from "./areas/identity.ts"
import { openfgaErrors } from "./areas/openfga.ts"
import { postgresErrors } from "./areas/postgres.ts"
import { rebacErrors } from "./areas/rebac.ts"
import { requestErrors } from "./areas/request.ts"
import { sbomErrors } from "./areas/sbom.ts"
import { serverErrors } from "./areas/server.ts"
import { tokensErrors } from "./areas/tokens.ts"
import type { ErrorDefinition } from "./define-errors.ts"

const areas = {
  ...authzErrors,
  ...cliErrors,
  ...configErrors,
  ...gatewayErrors,
  ...governanceErrors,
  ...identityErrors,
  ...openfgaErrors,
  ...postgresErrors,
  ...rebacErrors,
  ...requestErrors,
  ...sbomErrors,
  ...serverErrors,
  ...tokensErrors,
}

/** Every code that Gatehouse answers with. */
export type ErrorCode = keyof typeof areas

/**
 * The one registry of errors: code, status, what happened and what to do. `docs/errors.md` is generated from it,
 * and a test keeps the two equal.
 */
export const errorRegistry: Readonly<Record<ErrorCode, ErrorDefinition>> = Object.freeze(areas)
