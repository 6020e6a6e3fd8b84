// The two errors of this package: a model that does not compile, and an instance that is lost.
import type { Violation } from './api.ts';

/** Modules do not parse or compile; `items` are all findings. */
export class LibyangError extends Error {
  override readonly name = 'LibyangError';
  readonly items: Violation[];

  constructor(items: Violation[]) {
    const [first] = items;
    const more = items.length > 1 ? ` (and ${items.length - 1} more)` : '';
    super(first ? `${first.message}${first.path ? ` at ${first.path}` : ''}${more}` : 'libyang refused the modules');
    this.items = items;
  }
}

/** The instance trapped or overflowed the stack: it and all its contexts and trees are unusable; load a new one. */
export class LibyangTrap extends Error {
  override readonly name = 'LibyangTrap';

  constructor(cause?: unknown) {
    super(
      `libyang trapped: ${cause instanceof Error ? cause.message : 'the instance is unusable since an earlier trap'}`,
      {
        cause,
      },
    );
  }
}
