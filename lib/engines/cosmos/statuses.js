// @ts-check
'use strict'

/** The statuses of answers of Azure Cosmos DB, which are also the `code` of errors of the SDK. */
module.exports = {
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  GONE: 410,
  PRECONDITION_FAILED: 412,
  TOO_LARGE: 413,
  FAILED_DEPENDENCY: 424,
  TOO_MANY_REQUESTS: 429,
  RETRY_WITH: 449,
  /** The substatus of a 404: the replica has not seen the last write of the session. */
  READ_SESSION_NOT_AVAILABLE: 1002,
}
