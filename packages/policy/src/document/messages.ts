/** The `messages:` and `models:` parts of a document: which agents and models may be spoken to, and how. */
import type { AllowDeny } from './allow-deny.ts';
import { listOf, placed, readPositive, readWord, shaped } from './reading.ts';
import type { Placed, Reader, Word } from './reading.ts';

/** `allow` and `deny` name agents that this one may write to, as in `access.messages`. */
export interface MessagesDocument extends AllowDeny {
  /** Agents that may write to this one. */
  from?: Placed<Word[]>;
  /** From agent to agent, counted from the first; one more is refused. */
  hops?: Placed<number>;
}

export const readMessages: Reader<MessagesDocument> = shaped<Required<MessagesDocument>>({
  what: '`messages`',
  keys: {
    allow: listOf(readWord),
    deny: listOf(readWord),
    from: placed(listOf(readWord)),
    hops: placed(readPositive),
  },
});

/** `allow` and `deny` name models as `provider/model`, as in `access.models`. */
export interface ModelsDocument extends AllowDeny {
  /** Tokens of one call; sums over time are limits. */
  max_input_tokens?: Placed<number>;
  max_output_tokens?: Placed<number>;
}

export const readModels: Reader<ModelsDocument> = shaped<Required<ModelsDocument>>({
  what: '`models`',
  keys: {
    allow: listOf(readWord),
    deny: listOf(readWord),
    max_input_tokens: placed(readPositive),
    max_output_tokens: placed(readPositive),
  },
});
