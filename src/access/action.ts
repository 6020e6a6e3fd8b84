// What can be done to a path: the verbs that rules are written in.

/** `create`, `update` and `delete` are about single rows, however they come to change; `execute` is for operations. */
export type Action = 'read' | 'create' | 'update' | 'delete' | 'execute';

export const ACTIONS: readonly Action[] = ['read', 'create', 'update', 'delete', 'execute'];
