/** Documents and calls as plain values, the way somebody wrote them: what the oracle reads. */

/** A condition, before it is written down. */
export type Expression =
  | { is: 'number'; than: '>' | '<=' | '=='; n: number }
  | { is: 'text'; text: string }
  | { is: 'has'; field: 'n' | 's' }
  | { is: 'user'; id: string }
  | { is: 'not'; of: Expression }
  | { is: 'and' | 'or'; left: Expression; right: Expression };

interface AllowDeny {
  allow?: string[];
  deny?: string[];
}

export type Area = 'tools' | 'resources' | 'prompts' | 'sampling';
export type ToolEffect = 'read' | 'write' | 'destructive' | 'external';
type TierKey = 'tier_1_automatic' | 'tier_2_logged' | 'tier_3_approval' | 'tier_4_blocked';

export interface PlainDocument {
  agent?: string;
  role?: string;
  roles?: string[];
  inherit?: string[];
  mode?: 'observe' | 'enforce';
  risk?: string;
  access?: { [Name in Area | 'data']?: AllowDeny };
  guardrails?: { [Key in TierKey]?: string[] };
  limits?: object;
}

export interface PlainAction {
  tool: string;
  when?: Expression;
}

export interface PlainPolicy {
  mode: 'observe' | 'enforce';
  keep_tier_4_blocked: boolean;
  actions: Record<string, PlainAction>;
  documents: PlainDocument[];
}

export interface PlainCall {
  agent: string;
  kind: 'tool_invoke' | 'resource_read' | 'prompt_get' | 'sampling';
  server: string;
  target: string;
  args: { n?: unknown; s?: unknown };
  user?: string;
  status: 'active' | 'suspended';
  /** The tool's live definition is another one than the locked one. */
  drifted: boolean;
}

export const tools: Record<string, ToolEffect> = {
  'crm/read': 'read',
  'crm/write': 'write',
  'crm/wipe': 'destructive',
  'web/fetch': 'read',
  'web/post': 'external',
};

/** Class of data → its fields, as far as the generated documents and the probes speak of them. */
export const classes: Record<string, string[]> = {
  ssn: ['ssn', 'social_security_number'],
  email: ['email', 'email_address'],
  customer_name: ['customer_name', 'surname'],
};
