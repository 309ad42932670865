import { defineErrors } from "../define-errors.ts"

/** Errors of the area `governance`. */
export const governanceErrors = defineErrors({})
