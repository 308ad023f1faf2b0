/**
 * Prometheus metrics, named after the MCP semantic conventions (open-telemetry/semantic-conventions-genai,
 * model/mcp) with units as Prometheus writes them. A label never holds a user, a conversation or a URI,
 * and only names that the policy or the protocol knows.
 */
import type { Action, Decision } from '@remit/contracts';
import type { Observer } from '@remit/enforce';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Buckets that the conventions give for `mcp.*.operation.duration`, in seconds. */
const durationBuckets = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

interface OperationLabels {
  method: string;
  /** Absent for requests that name no tool that the policy knows. */
  tool?: string;
  /** `tool_error`, a JSON-RPC code or a refusal code; absent where it went well. */
  errorType?: string;
}

/** What the gateway's owner may show beside the gateway's own numbers. Read at every scrape. */
export interface Gauges {
  openCalls?: () => number;
  sessions?: () => number;
  ledger?: () => { size: number; queued_records: number; writable: boolean; witnessed?: number };
}

export class Metrics implements Observer {
  readonly #served: Histogram<'mcp_method_name' | 'mcp_protocol_version' | 'gen_ai_tool_name' | 'error_type'>;
  readonly #called: Histogram<'mcp_method_name' | 'remit_server' | 'gen_ai_tool_name' | 'error_type'>;
  readonly #decisions: Counter<'agent' | 'kind' | 'effect' | 'policy_effect' | 'code' | 'tier' | 'mode'>;
  readonly #outcomes: Counter<'kind' | 'result'>;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#served = new Histogram({
      name: 'mcp_server_operation_duration_seconds',
      help: "Time from an agent's request to its answer (mcp.server.operation.duration).",
      labelNames: ['mcp_method_name', 'mcp_protocol_version', 'gen_ai_tool_name', 'error_type'],
      buckets: durationBuckets,
      registers,
    });
    this.#called = new Histogram({
      name: 'mcp_client_operation_duration_seconds',
      help: 'Time from a request to an upstream server to its answer (mcp.client.operation.duration).',
      labelNames: ['mcp_method_name', 'remit_server', 'gen_ai_tool_name', 'error_type'],
      buckets: durationBuckets,
      registers,
    });
    this.#decisions = new Counter({
      name: 'remit_decisions_total',
      help: 'Decisions on actions of agents.',
      labelNames: ['agent', 'kind', 'effect', 'policy_effect', 'code', 'tier', 'mode'],
      registers,
    });
    this.#outcomes = new Counter({
      name: 'remit_outcomes_total',
      help: 'How actions of agents ended.',
      labelNames: ['kind', 'result'],
      registers,
    });
  }

  served(labels: OperationLabels, protocolVersion: string, seconds: number): void {
    this.#served.observe(
      {
        mcp_method_name: labels.method,
        mcp_protocol_version: protocolVersion,
        gen_ai_tool_name: labels.tool ?? '',
        error_type: labels.errorType ?? '',
      },
      seconds,
    );
  }

  called(labels: OperationLabels, server: string, seconds: number): void {
    this.#called.observe(
      {
        mcp_method_name: labels.method,
        remit_server: server,
        gen_ai_tool_name: labels.tool ?? '',
        error_type: labels.errorType ?? '',
      },
      seconds,
    );
  }

  decided(action: Action, decision: Decision): void {
    this.#decisions.inc({
      agent: action.agent,
      kind: action.kind,
      effect: decision.effect,
      policy_effect: decision.policy_effect,
      code: decision.code ?? '',
      tier: decision.tier ?? '',
      mode: decision.mode,
    });
  }

  finished(action: Action, outcome: { result: string }): void {
    this.#outcomes.inc({ kind: action.kind, result: outcome.result });
  }

  /** Adds gauges; call once. */
  watch(gauges: Gauges): void {
    const { openCalls, sessions, ledger } = gauges;
    if (openCalls) this.#gauge('remit_open_calls', 'Calls of agents that are not answered yet.', openCalls);
    if (sessions) this.#gauge('remit_sessions', 'Protocol sessions of 2025-era clients.', sessions);
    if (!ledger) return;
    this.#gauge('remit_ledger_leaves', 'Records in the transparency log.', () => ledger().size);
    this.#gauge(
      'remit_ledger_witnessed_leaves',
      'Records that the quorum of the witnesses has cosigned.',
      () => {
        return ledger().witnessed ?? 0;
      },
    );
    this.#gauge('remit_ledger_queued_records', 'Records that wait to become durable.', () => {
      return ledger().queued_records;
    });
    this.#gauge('remit_ledger_writable', '1 while the ledger can record, else 0.', () => {
      return ledger().writable ? 1 : 0;
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    // The registry keeps it and reads it at every scrape.
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
