/*
 * Limits of the wire, as the real server (1.22.1) has them by default; its clients are written against them. Each also
 * bounds what one request can make this engine hold or do.
 */

/** Bytes of a request's body; the real server's limit on a message. */
export const maximumBodyBytes = 616_448
/** Nesting of JSON. Ours: the deepest model the limits below allow stays under it, and no recursion gets near the stack's end. */
export const maximumJsonDepth = 400
/** Bytes of a model in protobuf's encoding. */
export const maximumModelBytes = 262_144
/** Types of one model. */
export const maximumTypesPerModel = 100
/** Conditions of one model. */
export const maximumConditionsPerModel = 25
/** Bytes of one condition's expression in UTF-8. */
export const maximumConditionExpressionBytes = 512
/** Parameters of one condition, and element types of one parameter. */
export const maximumConditionParameters = 25
/** Element types of one parameter of a condition. */
export const maximumGenericTypes = 5
/** Tuples of one write, deletes included. */
export const maximumTuplesPerWrite = 100
/** Bytes of a tuple's condition context in protobuf's encoding. */
export const maximumTupleContextBytes = 32_768
/** Contextual tuples of one question. */
export const maximumContextualTuples = 100
/** Questions of one batch. */
export const maximumChecksPerBatch = 50
/** Bytes of a tuple's user in UTF-8. */
export const maximumUserBytes = 512
/** Assertions of one model. */
export const maximumAssertions = 100
/** Bytes of all assertions of a model in protobuf's encoding. */
export const maximumAssertionsBytes = 64_000
/** Results of list-objects and list-users; the stream has no limit. */
export const maximumListResults = 1_000
/** Items of a page where the request names no size. */
export const defaultPageSize = 50
/** Items of a page at most; a larger size is refused, not cut. */
export const maximumPageSize = 100
/** Bytes of a page of models, its last one apart. Ours: a hundred of the largest would be 50 MB, sent in one go. */
export const maximumModelPageBytes = 4_194_304
/** Bytes of a continuation token as sent, before it is decoded. */
export const maximumContinuationTokenBytes = 5_120
