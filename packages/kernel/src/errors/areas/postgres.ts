import { defineErrors } from "../define-errors.ts"

/** Errors of the area `postgres`. */
export const postgresErrors = defineErrors({})
