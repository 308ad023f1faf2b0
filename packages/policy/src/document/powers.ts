/** What documents that speak of what agents may do have in common. */
import type { Spot } from '../diagnostics.ts';
import type { Access } from './access.ts';
import type { Controls } from './controls.ts';
import type { Guardrails } from './guardrails.ts';
import type { Limit } from './limits.ts';

export interface Powers {
  /** How messages call the document: the agent's or role's name, or `guardrails`. */
  title: string;
  spot: Spot;
  access: Access;
  guardrails: Guardrails;
  limits: Limit[];
  controls: Controls;
}
