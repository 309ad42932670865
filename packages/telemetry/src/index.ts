export { createLogger, type Logger, type LoggerOptions } from "./logger.ts"
export { currentRequestContext, type RequestContext, withRequestContext } from "./request-context.ts"
