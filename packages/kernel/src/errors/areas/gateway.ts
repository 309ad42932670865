import { defineErrors } from "../define-errors.ts"

/** Errors of the area `gateway`. */
export const gatewayErrors = defineErrors({})
