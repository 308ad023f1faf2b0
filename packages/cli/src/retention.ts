/**
 * Takes out what the policy says may not be kept any longer: in the background, once in a while, one run at a time.
 * What a legal hold keeps stays.
 */
import { bounds, type Clock } from '@remit/contracts';
import type { PrivacyOffice } from '@remit/control';
import type { Cleared, Ledger, PayloadSelector } from '@remit/ledger';
import { retentionRules, type CompiledPolicy } from '@remit/policy';
import type { Logger } from 'pino';

export interface RetentionDeps {
  ledger: Pick<Ledger, 'payloads'>;
  holds: Pick<PrivacyOffice['holds'], 'forQuery'>;
  policy: () => CompiledPolicy;
  /** What later starts would read from these payloads is kept, before they go. */
  keep: () => Promise<void>;
  clock: Clock;
}

/** One run; undefined where the policy keeps everything. @throws as `Payloads.clear` */
export async function enforceRetention(deps: RetentionDeps): Promise<Cleared | undefined> {
  const { ledger, holds, policy, keep, clock } = deps;
  const any = retentionRules(policy()).map(({ agent, kind, class: name, kept_ms }): PayloadSelector => ({
    agent,
    until: new Date(Math.max(0, clock.now() - kept_ms)).toISOString(),
    ...(kind !== undefined && { events: [kind] }),
    ...(name !== undefined && { classes: [name] }),
  }));
  if (any.length === 0) return undefined;
  await keep();
  const query = { any, holds: holds.forQuery() };
  const meta = { by: 'remit', policy_version: policy().version };
  return ledger.payloads.clear({ event: 'retention', query, meta, held: 'skip', record_nothing: false });
}

/** Some time after the start, so as not to be in its way, and from then on until everything is closed. */
export function followRetention(deps: RetentionDeps, log: Logger, opened: AsyncDisposableStack): void {
  let running: Promise<void> | undefined;
  const run = (): void => {
    running ??= enforceRetention(deps)
      .then((cleared) => {
        if (cleared !== undefined && cleared.payloads > 0)
          log.info(
            { payloads: cleared.payloads, held: cleared.held },
            'payloads past their retention are gone',
          );
      })
      .catch((error: unknown) => log.warn({ error }, 'what is past its retention could not be taken out'))
      .finally(() => (running = undefined));
  };
  const first = setTimeout(run, bounds.retention_delay_ms);
  const timer = setInterval(run, bounds.retention_interval_ms);
  first.unref();
  timer.unref();
  opened.defer(async () => {
    clearTimeout(first);
    clearInterval(timer);
    await running;
  });
}
