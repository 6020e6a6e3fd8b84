// The reserved target that configures the service itself, and the names of the policy in its model.

/** The target of the model edgeconf-platform; no tenant owns it. */
export const PLATFORM = 'platform';

/** Top-level nodes that say which targets tenants have, and how much they may use and when. */
export const TARGET_LIST = 'edgeconf-platform:target';
export const TENANT_LIST = 'edgeconf-platform:tenant';
export const GUARD_RAILS = 'edgeconf-platform:guard-rails';

/** The list of freezes, in a tenant and in the guard rails of the platform. */
export const FREEZE_LIST = 'freeze';

/** Top-level lists of the policy, as row keys and paths write them. */
export const USER_LIST = 'edgeconf-platform:user';
export const GROUP_LIST = 'edgeconf-platform:group';
export const ROLE_LIST = 'edgeconf-platform:role';
/** The container that says how callers prove who they are. */
export const AUTHENTICATION = 'edgeconf-platform:authentication';
/** The list of devices. */
export const DEVICE_LIST = 'edgeconf-platform:device';
