/** The workspace that most tests load: a support desk with two servers. */
import type { Action, JsonObject, ToolsLock } from '@remit/contracts';
import { loadWorkspace } from '@remit/policy';
import type { CompiledPolicy, Diagnostic, SourceFile, StateSnapshot } from '@remit/policy';

interface ToolOptions {
  properties?: JsonObject;
  required?: string[];
  annotations?: JsonObject;
}

export function tool(name: string, { properties = {}, required = [], annotations }: ToolOptions = {}) {
  const inputSchema = { type: 'object', properties, required };
  return { digest: `sha256:${name}`, definition: { name, inputSchema, ...(annotations && { annotations }) } };
}

const id = { customer_id: { type: 'string' } };
const readOnly = { readOnlyHint: true };

export const lock: ToolsLock = {
  version: 1,
  servers: {
    crm: {
      tools: [
        tool('customer-lookup', { properties: id, annotations: readOnly }),
        tool('ticket-create', { properties: { subject: { type: 'string' } } }),
        tool('ticket-update', { properties: { ticket: { type: 'integer' } } }),
        tool('refund-create', {
          properties: {
            ...id,
            amount: { type: 'number' },
            count: { type: 'integer' },
            reason: { type: 'string' },
            urgent: { type: 'boolean' },
            tags: { type: 'array', items: { type: 'string' } },
            items: { type: 'array', items: { type: 'object' } },
            address: { type: 'object', properties: { city: { type: 'string' } } },
            extra: {},
          },
        }),
        tool('account-delete', { properties: id, annotations: { destructiveHint: true } }),
        tool('email-send', { annotations: { openWorldHint: true } }),
        tool('database-query'),
        tool('search'),
      ],
    },
    web: {
      tools: [tool('fetch', { annotations: { readOnlyHint: true, openWorldHint: true } }), tool('search')],
    },
  },
};

export const workspaceText = `workspace: support
language: 1
environment: production
servers:
  crm: { command: [node, crm.mjs], env: { CRM_KEY: secret:crm-key }, trust: internal }
  web: { url: "https://web.example/mcp", headers: { Authorization: "Bearer secret:web-token" }, trust: untrusted }
actions:
  read_customer_info: { tool: customer-lookup }
  refund_over_100: { tool: refund-create, when: args.amount > 100 }
  export_customer_list: { planned: true }
groups:
  managers: [dana@example.com]
`;

export function file(text: string, path = 'policy.yaml'): SourceFile {
  return { path, text };
}

/** The workspace with these further documents. */
export function load(...texts: string[]) {
  return loadWorkspace(
    [file(workspaceText, 'workspace.yaml'), ...texts.map((text, at) => file(text, `p${at}.yaml`))],
    lock,
  );
}

/** @throws where anything is wrong. */
export function policyOf(...texts: string[]): CompiledPolicy {
  return mustLoad(load(...texts));
}

export function mustLoad({ policy, diagnostics }: ReturnType<typeof loadWorkspace>): CompiledPolicy {
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
  return policy;
}

export function call(target: string, args: JsonObject = {}, more: Partial<Action> = {}): Action {
  return {
    id: 'act_1',
    kind: 'tool_invoke',
    agent: 'support',
    server: 'crm',
    target,
    arguments: args,
    context: {},
    received_at: '2026-11-22T10:00:00.000Z',
    via: 'mcp',
    ...more,
  };
}

export const active: StateSnapshot = {
  decision_id: 'dec_1',
  now: '2026-11-22T10:00:00.000Z',
  agent_status: 'active',
};

/** Like `error unknown_name p0.yaml:3:5 message (remedy)`. */
export function line({ severity, code, place, message, remedy }: Diagnostic): string {
  const hint = remedy === undefined ? '' : ` (${remedy})`;
  return `${severity} ${code} ${place.file}:${place.line}:${place.column} ${message}${hint}`;
}

/** The errors of a result, each as one line. */
export function errorsOf({ diagnostics }: ReturnType<typeof loadWorkspace>): string[] {
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(line)
    .map((text) => text.replace(/^error /, ''));
}
