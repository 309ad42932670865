/** One row of the error registry: what docs/errors.md shows and what every wire's mapper reads. */
export interface ErrorDefinition {
  /** HTTP status with which the error leaves on Gatehouse's own API. */
  readonly status: number
  /** What happened, in one sentence that is safe to show to anyone: no value of the request in it. */
  readonly message: string
  /** What the reader can do about it. */
  readonly action: string
}

/** Declares one area of the registry and keeps its codes as literal types. */
export function defineErrors<const Codes extends Record<string, ErrorDefinition>>(codes: Codes): Codes {
  return Object.freeze(codes)
}
