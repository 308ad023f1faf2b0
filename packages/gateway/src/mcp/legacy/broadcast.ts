/** Change notifications to the sessions that they concern. */
import { mayUse } from '@remit/policy';
import { mayBeTold } from '../active.ts';
import type { CatalogChange } from '../catalog.ts';
import type { Services } from '../services.ts';
import type { Sessions } from './sessions.ts';

export class Broadcast {
  readonly #services: Services;
  readonly #sessions: Sessions;
  readonly close: () => void;

  constructor(services: Services, sessions: Sessions) {
    this.#services = services;
    this.#sessions = sessions;
    this.close = services.catalog.listen({
      changed: (what, server) => {
        this.#changed(what, server);
      },
      updated: (server, uri) => {
        this.#updated(server, uri);
      },
    });
  }

  #changed(what: CatalogChange, server: string | undefined): void {
    for (const session of this.#sessions.all()) {
      const { scope } = session.owner;
      if (scope !== undefined && server !== undefined && scope !== server) continue;
      if (mayBeTold(this.#services, session.owner)) session.tell(`notifications/${what}/list_changed`, {});
    }
  }

  #updated(server: string, uri: string): void {
    const policy = this.#services.ports.policy();
    for (const session of this.#sessions.all()) {
      if (session.watched.serverOf(uri) !== server) continue;
      const { agent } = session.owner;
      const allowed = mayUse(policy, agent, { kind: 'resource_read', server, target: uri });
      if (allowed && mayBeTold(this.#services, session.owner)) {
        session.tell('notifications/resources/updated', { uri });
      }
    }
  }
}
