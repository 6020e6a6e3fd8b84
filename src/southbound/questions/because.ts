// Reasons of a document's parts: passed over while documents are rendered to be sent.

import type { Because } from '../adapter.ts';

/** Makes the value and forgets the reason. */
export const plainly: Because = (_rule, make) => make();
