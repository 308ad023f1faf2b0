/**
 * Every size, depth, time and queue that Remit bounds, with its default. `docs/bounds.md` is this
 * table; a test keeps the two alike. Units last in the name; `_ms` milliseconds, `_bytes` bytes.
 */
export const bounds = {
  /** Body of one request from an agent. */
  request_bytes_max: 8 * 1024 * 1024,
  /** One message from an upstream server (a response body, an event, or a line on stdio). */
  upstream_message_bytes_max: 32 * 1024 * 1024,
  /** Nesting of objects and arrays in any JSON that arrives. */
  json_depth_max: 128,
  /** Messages in one batch of protocol version 2025-03-26. */
  batch_length_max: 100,
  /** Characters in the name of a tool or prompt. */
  name_length_max: 256,
  /** Characters in a resource URI. */
  uri_length_max: 8192,
  /** TCP connections of the agents' listener; one more is closed at once. */
  connections_max: 8192,
  /** Header fields of one request together. */
  request_header_bytes_max: 32 * 1024,
  /** Characters in a JSON-RPC request id that is a string. */
  request_id_length_max: 256,
  /** Keys of the context that an agent passes, and characters of its rationale. */
  context_keys_max: 32,
  rationale_length_max: 2000,
  /** Items on one page of a list. */
  list_page_items: 1000,
  /** Open requests of one agent; one more is refused. */
  open_calls_per_agent_max: 1024,
  /** Open requests of the gateway. */
  open_calls_max: 4096,
  /** Sessions (2025 era) of one agent; the one idle longest gives way. */
  sessions_per_agent_max: 256,
  /** A session without a request for this long ends. */
  session_idle_ms: 30 * 60_000,
  /** Events kept for each session so that a client can resume with `Last-Event-ID`. */
  replay_events_per_session_max: 256,
  /** Bytes of those events; the oldest go first. */
  replay_bytes_per_session_max: 4 * 1024 * 1024,
  /** The same of all sessions of one agent, and of the gateway; a client that comes back for less is told so. */
  replay_bytes_per_agent_max: 32 * 1024 * 1024,
  replay_bytes_max: 128 * 1024 * 1024,
  /** Sessions of the gateway. */
  sessions_max: 10_000,
  /** Bytes that wait for a slow reader of a stream; past that the stream is cut. */
  stream_buffer_bytes_max: 4 * 1024 * 1024,
  /** Open change-notification streams (`subscriptions/listen`, GET) of one agent. */
  listen_streams_per_agent_max: 64,
  /** Resources that one session or change-notification stream may watch. */
  watched_resources_max: 256,
  /** An answer that takes longer than this begins as an event stream, so that clients see a sign of life. */
  stream_after_ms: 15_000,
  /** A comment line at least this often on every open event stream. */
  keep_alive_ms: 15_000,
  /** How long a list or a discovery answer may be cached by the client. */
  list_ttl_ms: 30_000,
  /** Time for the headers, and for the whole body, of an agent's request. */
  request_headers_ms: 15_000,
  request_body_ms: 60_000,
  /** Connecting to an upstream server, including its handshake and lists. */
  upstream_connect_ms: 15_000,
  /** One call to an upstream server, unless it reports progress. */
  upstream_call_ms: 120_000,
  /** One call in all, progress or not. */
  upstream_call_total_ms: 15 * 60_000,
  /** How long a call waits for an agent's answer to an elicitation or sampling request. */
  ask_ms: 10 * 60_000,
  /** Round trips of one call for elicitation or sampling. */
  ask_rounds_max: 16,
  /** A call that goes on as a task, in all; and how long the task is known, from its creation. */
  task_run_ms: 4 * 3_600_000,
  task_ttl_ms: 6 * 3_600_000,
  /** Tasks known of one agent, over or not, and of the gateway; past that calls are waited for instead. */
  tasks_per_agent_max: 256,
  tasks_max: 4096,
  /** Characters of results, as JSON, that are kept in tasks of one agent; the oldest go first. */
  task_results_length_per_agent_max: 64 * 1024 * 1024,
  /** Characters in the id that a server gives to a task. */
  task_id_length_max: 1024,
  /** How often a server is asked for the state of its task: where it says nothing, at most, at least. */
  task_poll_ms: 1000,
  task_poll_min_ms: 100,
  task_poll_max_ms: 30_000,
  /** What a client is told to poll at while its call waits for a person. */
  task_held_poll_ms: 5000,
  /** A task that was cancelled is asked this long for how it ended. */
  task_cancel_ms: 5000,
  /** Attempts in a row to read the state of a server's task that bring none. */
  task_poll_failures_max: 10,
  /** Evaluations in one AuthZEN request, and characters of a type, id or name in it. */
  evaluations_max: 100,
  entity_length_max: 8192,
  /** Characters of an `X-Request-ID` that is repeated. */
  request_identifier_length_max: 256,
  /** Interim messages (progress, logging) forwarded for one call; further ones are counted and dropped. */
  interim_messages_per_call_max: 10_000,
  /** Waiting for an answer to `server/discover` before the handshake of the older era is tried as well. */
  upstream_probe_ms: 3000,
  /** Each step of stopping a child: end of input, SIGTERM, SIGKILL. */
  upstream_stop_ms: 2000,
  /** Bytes that wait for a child to read its input; one more request is refused, unsent. */
  upstream_queue_bytes_max: 32 * 1024 * 1024,
  /** Characters of one line of a child's error output that are logged, and such lines a minute. */
  upstream_stderr_line_max: 4096,
  upstream_stderr_lines_per_minute_max: 600,
  /** Messages of one connection that are no valid MCP; past that the connection is closed. */
  upstream_garbage_max: 1000,
  /** Connections to one HTTP server for requests, and those kept free for cancelling and answering. */
  upstream_connections_max: 1024,
  upstream_control_connections_max: 16,
  /** An idle connection to an HTTP server is closed after this long. */
  upstream_keep_alive_ms: 4000,
  /** Attempts in a row to resume a broken stream that bring no new event. */
  upstream_resume_max: 5,
  /** Restart delay of a stdio server: the first, doubling up to the last. */
  restart_delay_first_ms: 250,
  restart_delay_max_ms: 30_000,
  /** Tools, resources, prompts that one server may list; the rest is left out and reported. */
  listed_items_per_server_max: 5000,
  /** Pages of one list, and characters of one list as JSON. */
  listed_pages_max: 200,
  listed_length_max: 16 * 1024 * 1024,
  /** Least time between two refreshes of a server's lists. */
  list_refresh_interval_ms: 500,
  /** Resources of one server that are watched at once. */
  watched_resources_per_server_max: 1000,
  /** Values of credentials that one server was given and that are kept out of its answers, rotated ones too. */
  credential_values_per_server_max: 64,
  /** How long an approval waits for a person, and how long a given one can be redeemed. */
  approval_pending_ms: 24 * 3_600_000,
  approval_redeem_ms: 60 * 60_000,
  /** How often approvals that are over their time are looked for, and how many are recorded in one append. */
  approval_sweep_ms: 15_000,
  approvals_expired_at_once: 500,
  /** The same call of agent and person joins an approval this long, where neither conversation nor session is named. */
  approval_conversation_ms: 48 * 3_600_000,
  /** Approvals that wait at once for one agent; one more is refused. */
  approvals_pending_per_agent_max: 100,
  /** Decided approvals kept in memory for joining and for the card's "ran before". */
  approvals_kept_max: 10_000,
  /** Requests refused for one reason before they were an action, recorded one by one in this time; more are counted. */
  refused_attempts_recorded_max: 20,
  refused_attempts_window_ms: 60_000,
  /** Counters of limits (limit × subject) that one agent has in use at once; past that a new subject is refused. */
  limit_counters_per_agent_max: 10_000,
  /** Uses that sliding windows of one agent remember one by one; past that further ones count with the one before. */
  limit_uses_per_agent_max: 200_000,
  /** Uses that one sliding window remembers one by one; where it allows more, neighbours count together at the later time. */
  limit_uses_per_counter_max: 1024,
  /** Different targets that a limit may allow; a policy that asks for more does not load. */
  limit_targets_max: 10_000,
  /** Different targets that all limits of one agent remember; past that a new target is refused. */
  limit_targets_per_agent_max: 100_000,
  /** Characters of a target or subject that are kept as they are; longer ones are kept as their digest. */
  limit_subject_length_max: 64,
  /** Characters of an argument that a limit counts by; a call with a longer one is denied. */
  limit_by_length_max: 1024,
  /** A conversation is over for its limits when nothing was counted in it for so long. */
  conversation_idle_ms: 24 * 3_600_000,
  /** Limits' counts, and what conversations have read, are written down this often while they change, so that a start reads only what came after. */
  snapshot_interval_ms: 60_000,
  /** The longest that a call takes from its arrival to its reservation, as far as a start looks back. */
  limit_reservation_delay_ms: 3_600_000,
  /** Counters that are over are looked for at most this often when an agent has used up its share. */
  limit_sweep_ms: 1000,
  /** Characters of one answer, and values in it, by which it is recognised later; of a longer one any value may be. */
  flow_text_characters_max: 256 * 1024,
  flow_leaves_max: 20_000,
  /** Fingerprints of values that one agent and person have read, or that stand in one server; the oldest go first. */
  flow_values_per_reader_max: 50_000,
  /** The same of all readers, and of all servers. */
  flow_values_max: 400_000,
  /** Sources that are remembered for one fingerprint; and those named as origins of one call's arguments. */
  flow_sources_per_value_max: 4,
  flow_origins_max: 64,
  /** Conversations, and pairs of agent and person, whose labels are kept apart; past that the oldest are joined. */
  flow_marks_max: 20_000,
  /** Characters of one call's arguments that are looked up; in a longer one any value may be an earlier one. */
  flow_argument_characters_max: 64 * 1024,
  /** Compiled argument checks kept, the least recently made goes first. */
  argument_checks_max: 5000,
  /** A witness, and the log that asks one: time for one request, bytes of its body and of the answer (16 signatures of 5 kB fit). */
  witness_request_ms: 10_000,
  witness_body_bytes_max: 128 * 1024,
  /** Logs, witnesses and groups of a witness policy, each. */
  witness_policy_entries_max: 32,
  /** Connections that a witness takes at once. */
  witness_connections_max: 256,
  /** Records that wait for the ledger's writer; past that callers are refused. */
  ledger_queue_records_max: 8192,
  ledger_queue_bytes_max: 128 * 1024 * 1024,
  /** Bytes committed with one sync; more waiting records make a further group. To read one record its group is read. */
  ledger_group_bytes_max: 512 * 1024,
  /** A segment file that has reached this size is followed by another one; a start reads the last. */
  ledger_segment_bytes_max: 64 * 1024 * 1024,
  /** Canonical bytes of one record (the leaf), as tlog-tiles entry bundles demand. */
  record_bytes_max: 65_535,
  /** Bytes of one sealed payload; longer outputs are shortened and say so. */
  payload_bytes_max: 16 * 1024 * 1024,
  /** How long an answer of the ledger's database is waited for, and for one that has gone away, before appends are refused. */
  database_answer_ms: 10_000,
  /** Signed checkpoint at least this often while records arrive. */
  checkpoint_interval_ms: 2000,
  /** Free bytes kept in reserve on the ledger's disk. */
  disk_reserve_bytes: 4 * 1024 * 1024,
  /** A policy file, and the number of documents of a workspace. */
  policy_file_bytes_max: 1024 * 1024,
  policy_documents_max: 10_000,
  /** `tools.lock`. */
  tools_lock_bytes_max: 64 * 1024 * 1024,
  /** Changes to policy files that come closer together than this are one change. */
  policy_change_settle_ms: 250,
  /** Reading and checking a changed policy gives way to calls after so long; the step that is under way ends first. */
  policy_turn_ms: 2,
  /** Values in one policy file, aliases counted each time they are used; and their nesting. */
  policy_values_max: 200_000,
  policy_depth_max: 32,
  /** Findings that a check reports; the rest is left out. */
  policy_diagnostics_max: 1000,
  /** Policy versions kept to roll back to, and bytes of them; the oldest go first, never the one in force or one that waits. */
  policy_versions_max: 100,
  policy_versions_bytes_max: 512 * 1024 * 1024,
  /** Policy events read in one search when a start finds out which version is in force. */
  policy_events_page: 1000,
  /** Calls that are tried for the difference that an activation records, and changed decisions that it lists. */
  activation_calls_tried_max: 50_000,
  activation_changes_max: 100,
  /** Recorded calls that a replay, a suggestion or a report looks at; the oldest beyond that are left out. */
  recorded_calls_max: 200_000,
  /** One line, that is one run, of a traces file. */
  trace_line_bytes_max: 16 * 1024 * 1024,
  /** Source characters and nesting depth of a condition. */
  condition_length_max: 4096,
  condition_depth_max: 32,
  /** Loops within loops (`exists`, `all`, `map`, …) of a condition. */
  condition_loops_depth_max: 2,
  /** Steps (nodes, values read and compared, parts of texts read) that all conditions of a tool may take over one call's arguments; more deny. */
  condition_steps_max: 300_000,
  /** Values of one call's arguments that a condition may look at; more deny. */
  condition_values_max: 50_000,
  /** Instructions that a pattern of a condition compiles to. */
  condition_pattern_program_max: 2000,
  /** Characters of a text that a condition matches against a pattern; a longer one denies. */
  condition_match_characters_max: 65_536,
  /** Values of one call's arguments that are looked at for hosts and paths; a call with more is out of scope. */
  scope_values_max: 10_000,
  /** Levels of JSON text inside strings of JSON text that inspection opens; what lies deeper is taken out. */
  nested_text_depth_max: 8,
  /** A file that `remit inspect` looks through. */
  inspected_file_bytes_max: 256 * 1024 * 1024,
  /** Encodings within encodings (base64, hex, escapes, look-alikes) that detectors see through. */
  disguise_depth_max: 3,
  /** Places named for one denied field in a result; further ones are only counted. */
  removed_places_max: 20,
  /** A tool's schema: nesting, objects and arrays in it, characters of one pattern. */
  schema_depth_max: 64,
  schema_nodes_max: 20_000,
  schema_pattern_length_max: 1024,
  /** Instructions that a schema's pattern compiles to. */
  schema_pattern_program_max: 5000,
  /** Steps (subschemas applied, characters matched) that checking one call's arguments may take. */
  argument_check_steps_max: 3_000_000,
  /** Characters of a string that a schema's `format` is checked on; longer ones do not have the format. */
  format_length_max: 8192,
  /** Body of one request to the people's listener. */
  people_request_bytes_max: 1024 * 1024,
  /** Agents of one policy that are recorded in one append when it registers them. */
  agents_registered_at_once: 1000,
  /** Changes that a start declares unfinished in one append. */
  changes_corrected_at_once: 1000,
  /** Changes of agents, people and credentials that wait to be recorded; one more is refused. */
  changes_waiting_max: 256,
  /** How long after a start, and how often, what is past its retention is taken out. */
  retention_delay_ms: 60_000,
  retention_interval_ms: 6 * 3_600_000,
  /** Legal holds in force at a time. */
  legal_holds_max: 256,
  /** Erasures that wait for a second administrator, and for how long. */
  erasures_waiting_max: 256,
  erasure_waiting_ms: 7 * 86_400_000,
  /** Characters of an answer with everything that is held about one person. */
  subject_export_characters_max: 128 * 1024 * 1024,
  /** Answers kept for requests that are sent again with the same `Idempotency-Key`, and for how long. */
  idempotency_keys_max: 1024,
  idempotency_ms: 10 * 60_000,
  /** Records that a live stream goes back for a client that has missed them; more are told as a gap. */
  event_stream_replay_max: 1000,
  /** Open live streams of events on the people's listener, and how often a quiet one gives a sign of life. */
  event_streams_max: 64,
  event_stream_heartbeat_ms: 15_000,
  /** Characters of the filter of a search, and values in it. */
  filter_length_max: 4096,
  filter_values_max: 256,
  /** Rows that one page of a search looks at, where more than the index has to be asked; the next page goes on there. */
  search_rows_max: 200_000,
  /** Events of which one page of a search opens the payloads, to look for text; the next page goes on there. */
  search_opened_events_max: 2000,
  /** Events that are counted; of more it is said that they are at least so many. */
  search_counted_events_max: 10_000,
  /** The same person's reading of the same thing is recorded once in this time; readings remembered for that. */
  audit_read_repeat_ms: 10 * 60_000,
  audit_reads_kept_max: 4096,
  /** Draining on SIGTERM before open calls are cut. */
  drain_ms: 10_000,
  /** The same for the people's listener, whose answers are short. */
  people_drain_ms: 2000,
} as const;

export type Bounds = { readonly [Name in keyof typeof bounds]: number };
