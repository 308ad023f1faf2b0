/** What a server did that it should not have done, counted for metrics and `remit doctor`. */
export interface UpstreamCounts {
  /** Messages that are no valid MCP. */
  garbage: number;
  /** Answers to nothing that is open: unknown ids, second and late answers. */
  unexpected_answers: number;
  /** Notifications of a call past its bound. */
  interim_dropped: number;
  /** Requests by the server that could not be attributed to exactly one open call. */
  unattributed_requests: number;
}

export function newCounts(): UpstreamCounts {
  return { garbage: 0, unexpected_answers: 0, interim_dropped: 0, unattributed_requests: 0 };
}
