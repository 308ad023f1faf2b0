/** The workspace that `remit init` writes: small, commented, and passing `remit check` as it is. */
import { stringify } from 'yaml';
import type { WorkspaceServer } from './import.ts';

export const workspaceFile = 'remit.yaml';
export const exampleAgentFile = 'agents.yaml';
/** For editors; made anew with `remit check --schema`. */
export const schemaFile = 'policy.schema.json';

/** What editors with a YAML language server go by. */
const schemaComment = `# yaml-language-server: $schema=${schemaFile}\n`;

export function starterWorkspace(name: string, servers: readonly WorkspaceServer[]): string {
  return `${schemaComment}# A Remit workspace: which servers there are, and how strictly Remit works. Check it with
# \`remit check\`, start it with \`remit up\`, and keep it in git like code.
workspace: ${stringify(name).trim()}
language: 1

# observe: every call is recorded with the decision that would have been taken, and let through.
# enforce: nothing is allowed unless something allows it. Change to this once agents have their remit.
mode: observe

# Upstream MCP servers. Agents reach them through Remit only.
#   files:
#     command: [npx, -y, "@modelcontextprotocol/server-filesystem", /some/folder]
#     trust: internal              # trusted, internal or untrusted
#   crm:
#     url: https://crm.example/mcp
#     headers: { Authorization: "Bearer secret:crm-token" }   # secret:NAME is kept by Remit, not here
${serversBlock(servers)}
# What tools do, where their own annotations do not say it (effect: read, write, destructive, external):
# tools:
#   crm/refund-create: { effect: write, reversible: false }
`;
}

export const exampleAgents = `${schemaComment}# What each agent may do. Take the comments off to use it, with your agent's name and tools.
# Without any agent document, in observe mode, every agent that is registered with
# \`remit agents add NAME\` is let through and recorded.
#
# agent: assistant
# owner: you@example.com
# purpose: What this agent is for, in a sentence.
# risk: high                       # low, medium, high or critical; left out: what its tools imply
# access:
#   tools:
#     allow: [files/read_file, "crm/*"]
#     deny: [crm/refund-create]    # a deny anywhere wins over an allow anywhere
# guardrails:
#   tier_3_approval: [crm/account-delete]   # a person has to agree to exactly this call
#   tier_4_blocked: [crm/export]
`;

function serversBlock(servers: readonly WorkspaceServer[]): string {
  if (servers.length === 0) return 'servers: {}\n';
  const entries = servers.map(({ name, ...settings }) => [name, { ...settings, trust: 'internal' }]);
  return stringify({ servers: Object.fromEntries(entries) as object }, { lineWidth: 110 });
}
