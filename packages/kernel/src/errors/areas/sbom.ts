import { defineErrors } from "../define-errors.ts"

/** Errors of the area `sbom`. */
export const sbomErrors = defineErrors({})
