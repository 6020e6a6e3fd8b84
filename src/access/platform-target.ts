// The reserved target that configures the service itself, and the names of the policy in its model.

/** The target of the model edgeconf-platform; no tenant owns it. */
export const PLATFORM = 'platform';

/** Top-level lists of the policy, as row keys and paths write them. */
export const USER_LIST = 'edgeconf-platform:user';
export const GROUP_LIST = 'edgeconf-platform:group';
export const ROLE_LIST = 'edgeconf-platform:role';
/** The container that says how callers prove who they are. */
export const AUTHENTICATION = 'edgeconf-platform:authentication';
