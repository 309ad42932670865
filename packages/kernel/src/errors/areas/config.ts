import { defineErrors } from "../define-errors.ts"

/** Errors of the configuration. */
export const configErrors = defineErrors({
  "config.invalid": {
    status: 500,
    message: "The configuration is not valid.",
    action: "Correct each setting that is named, then start again.",
  },
})
