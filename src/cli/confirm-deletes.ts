// The option that says how many list entries a change may delete.

import { Option } from 'commander';

export function confirmDeletes(): Option {
  return new Option('--confirm-deletes <number>', 'list entries that may go, when the service asks for the number');
}
