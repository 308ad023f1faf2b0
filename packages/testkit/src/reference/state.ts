/**
 * What all connections of one reference server share: which of its changeable items are listed, the
 * version of the watched resource, and what it has observed (for tests of cancellation).
 */
import { EventEmitter } from 'node:events';
import { ReferenceTasks } from './tasks.ts';

export type ListName = 'tools' | 'prompts' | 'resources';

interface StateEvents {
  list_changed: [list: ListName];
  resource_updated: [uri: string];
}

/** The changeable item of each list. All are listed at first, so that a lock file knows the tool. */
export const changeable = {
  tools: 'test_changeable_tool',
  prompts: 'test_changeable_prompt',
  resources: 'test://changeable',
} as const;

export class ReferenceState {
  readonly events = new EventEmitter<StateEvents>();
  /** Markers of the slow calls that began, and of those that were cancelled, in order. */
  readonly started: string[] = [];
  readonly cancelled: string[] = [];
  /** Grows with each `test_update_resource`. */
  resource_version = 1;
  readonly tasks = new ReferenceTasks();
  readonly #hidden = new Set<ListName>();

  constructor() {
    this.events.setMaxListeners(0);
  }

  lists(list: ListName): boolean {
    return !this.#hidden.has(list);
  }

  /** Takes the changeable item out of the list, or puts it back. */
  toggle(list: ListName): void {
    if (!this.#hidden.delete(list)) this.#hidden.add(list);
    this.events.emit('list_changed', list);
  }

  updateResource(uri: string): void {
    this.resource_version += 1;
    this.events.emit('resource_updated', uri);
  }
}
