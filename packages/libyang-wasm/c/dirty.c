// Finds what a change can break: marks on nodes, by walking what changed and asking the indexes, never the whole tree.
#include "dirty.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

struct lyw_dirty *lyw_dirty_of(struct lyw_tree *tree) {
  if (!tree->dirty) {
    tree->dirty = calloc(1, sizeof *tree->dirty);
    if (!tree->dirty) __builtin_trap();
  }
  return tree->dirty;
}

static uint32_t hash_pair(uintptr_t one, uintptr_t two) {
  uint32_t hash = (uint32_t)one * 0x9e3779b1u ^ ((uint32_t)two * 0x85ebca6bu + 0x7f4a7c15u);
  hash ^= hash >> 15;
  return hash * 0x2c1b3c6du;
}

static enum lyw_phase phase_of(uint32_t task) {
  if (task & LYW_PARENT) return LYW_NEW;
  if (task & LYW_WHEN) return LYW_WHENS;
  if (task & LYW_TYPE) return LYW_TYPES;
  return LYW_FINAL;
}

static void leave(struct lyw_dirty *dirty, struct lyd_node *node, uint32_t module, uint32_t task) {
  dirty->next = lyw_grow(dirty->next, &dirty->next_cap, dirty->next_count + 1, sizeof *dirty->next);
  dirty->next[dirty->next_count++] = (struct lyw_item){.node = node, .module = (uint16_t)module, .tasks = (uint8_t)task};
}

static uint32_t hash_item(const void *data) {
  const struct lyw_item *item = data;
  return hash_pair((uintptr_t)item->node, item->node ? 0 : item->module + 1u);
}

static struct lyw_item *item_of(struct lyw_dirty *dirty, struct lyd_node *node, uint32_t module) {
  struct lyw_item made = {.node = node, .module = (uint16_t)module};
  for (uint32_t link = lyw_slots_first(&dirty->slots, hash_item(&made)); link; link = dirty->items[link - 1].chain) {
    struct lyw_item *item = &dirty->items[link - 1];
    if (item->node == node && (node || item->module == module)) return item;
  }
  dirty->items = lyw_grow(dirty->items, &dirty->item_cap, dirty->item_count + 1, sizeof *dirty->items);
  struct lyw_item *item = &dirty->items[dirty->item_count];
  *item = made;
  struct lyw_items items = {dirty->items, sizeof *dirty->items, offsetof(struct lyw_item, chain), hash_item};
  lyw_slots_add(&dirty->slots, items, (uint32_t)dirty->item_count++);
  return item;
}

static void mark_one(struct lyw_tree *tree, struct lyd_node *node, uint32_t module, uint32_t task) {
  struct lyw_dirty *dirty = tree->dirty;
  bool passed = dirty->phase != LYW_EDITING && (module < dirty->module || (module == dirty->module && phase_of(task) < dirty->phase));
  bool late = task == LYW_WHEN && dirty->phase == LYW_WHENS && module == dirty->module;
  if (node && task == LYW_WHEN && lyw_schema_of(node)->fragile_when && !dirty->full) dirty->need_full = true;
  if (passed || (late && dirty->full)) {
    leave(dirty, node, module, task);
  } else if (dirty->full) {
    return;
  } else if (late) {
    dirty->late = lyw_grow(dirty->late, &dirty->late_cap, dirty->late_count + 1, sizeof *dirty->late);
    dirty->late[dirty->late_count++] = node;
  } else {
    struct lyw_item *item = item_of(dirty, node, module);
    item->tasks |= (uint8_t)task;
  }
}

static void mark(struct lyw_tree *tree, struct lyd_node *node, uint32_t module, uint32_t tasks) {
  for (uint32_t task = 1; task <= LYW_UNIQUE; task <<= 1) {
    if (tasks & task) mark_one(tree, node, module, task);
  }
}

typedef void (*hit_fn)(struct lyw_tree *tree, struct lyd_node *node, enum lyw_kind kind, const struct lysc_node *owner);

/* All instances of a schema node below a node; NULL is the root. */
static void each_under(struct lyw_tree *tree, struct lyd_node *from, const struct lysc_node *to, hit_fn hit, enum lyw_kind kind,
    const struct lysc_node *owner) {
  const struct lysc_node *at = from ? from->schema : NULL;
  if (at == to) {
    hit(tree, from, kind, owner);
    return;
  }
  const struct lysc_node *step = to;
  while (lysc_data_parent(step) != at) step = lysc_data_parent(step);
  struct lyd_node *first = lyw_children(tree, from), *child;
  if (!first) return;
  LYD_LIST_FOR_INST(first, step, child) each_under(tree, child, to, hit, kind, owner);
}

static uint32_t module_of(const struct lysc_node *schema) {
  return ((const struct lyw_schema *)schema->priv)->module;
}

static void hit_when(struct lyw_tree *tree, struct lyd_node *node, enum lyw_kind kind, const struct lysc_node *owner) {
  (void)kind;
  mark(tree, node, module_of(owner), LYW_WHEN);
}

static void hit_owner(struct lyw_tree *tree, struct lyd_node *node, enum lyw_kind kind, const struct lysc_node *owner) {
  struct lyw_dirty *dirty = tree->dirty;
  uint32_t module = module_of(owner);
  switch (kind) {
  case LYW_ON_MUST:
    mark(tree, node, module, LYW_MUST);
    break;
  case LYW_ON_WHEN:
    if (node && node->schema == owner) {
      mark(tree, node, module, LYW_WHEN);
      break;
    }
    // The node may be absent: its default may come, and a mandatory one may be missing.
    if (dirty->phase == LYW_WHENS && module == dirty->module && ((const struct lyw_schema *)owner->priv)->may_default && !dirty->full) {
      dirty->need_full = true;
    }
    mark(tree, node, module, LYW_PARENT | LYW_SCHEMA);
    each_under(tree, node, owner, hit_when, kind, owner);
    break;
  default:
    mark(tree, node, module, LYW_TYPE);
  }
}

/* Whether this enumeration was already made in this phase. */
static bool first_time(struct lyw_dirty *dirty, const struct lyw_dep *dep, const struct lyd_node *scope) {
  if ((dirty->once_count + 1) * 2 > dirty->once_cap) {
    size_t cap = dirty->once_cap ? dirty->once_cap * 2 : 64;
    struct lyw_once *old = dirty->once;
    size_t old_cap = dirty->once_cap;
    dirty->once = calloc(cap, sizeof *dirty->once);
    if (!dirty->once) __builtin_trap();
    dirty->once_cap = cap;
    dirty->once_count = 0;
    for (size_t i = 0; i < old_cap; i++) {
      if (old[i].dep && old[i].turn == dirty->turn) first_time(dirty, old[i].dep, old[i].scope);
    }
    free(old);
  }
  size_t at = hash_pair((uintptr_t)dep, (uintptr_t)scope) & (dirty->once_cap - 1);
  while (dirty->once[at].dep) {
    struct lyw_once *once = &dirty->once[at];
    if (once->dep == dep && once->scope == scope) {
      bool first = once->turn != dirty->turn;
      once->turn = dirty->turn;
      return first;
    }
    at = (at + 1) & (dirty->once_cap - 1);
  }
  dirty->once[at] = (struct lyw_once){dep, scope, dirty->turn};
  dirty->once_count++;
  return true;
}

static const struct lysc_node *target_of(const struct lyw_dep *dep) {
  if (dep->kind != LYW_ON_WHEN) return dep->owner;
  const struct lysc_node *parent = lysc_data_parent(dep->owner);
  return lyw_is_at_or_above(dep->apex, parent) ? parent : dep->owner;
}

static struct lyd_node *find_leaf(struct lyd_node *node, const struct lysc_node *leaf) {
  if (node->schema == leaf) return node;
  const struct lysc_node *parent = lysc_data_parent(leaf);
  struct lyd_node *above = parent == node->schema ? node : find_leaf(node, parent), *found = NULL;
  if (above) lyd_find_sibling_val(lyd_child(above), leaf, NULL, 0, &found);
  return found;
}

static bool is_within(const struct lyd_node *node, const struct lyd_node *root) {
  for (; node; node = lyw_parent(node)) {
    if (node == root) return true;
  }
  return false;
}

static void affect(struct lyw_tree *tree, const struct lyw_dep *dep, struct lyd_node *node, const struct lyw_event *event) {
  struct lyw_dirty *dirty = tree->dirty;
  uint32_t module = module_of(dep->owner);
  if (dirty->full && (module > dirty->module || (module == dirty->module && dirty->phase < LYW_WHENS))) return;
  if (tree->context->plan->disabled & dep->kind) return;
  // A target more cannot leave a reference without one.
  if (dep->kind == LYW_ON_LEAFREF && event->kind != LYW_WENT && node->schema == dep->narrow.leaf) return;
  struct lyd_node *scope = dep->apex ? lyw_ancestor(node, dep->apex) : NULL;
  if (dep->apex && (!scope || !lyw_is_attached(scope))) return;
  if (scope && event->kind == LYW_CAME && is_within(scope, event->root)) return; // all owners are new
  const struct lysc_node *target = target_of(dep);
  if (!dep->narrow.owners) {
    if (first_time(dirty, dep, scope)) each_under(tree, scope, target, hit_owner, dep->kind, dep->owner);
    return;
  }
  if (dep->kind & (LYW_ON_MUST | LYW_ON_WHEN) && tree->context->plan->disabled & LYW_ON_EQUALITY) return;
  struct lyd_node *step = lyw_ancestor(node, dep->narrow.step);
  struct lyd_node *leaf = node->schema == dep->narrow.leaf ? node : step ? find_leaf(step, dep->narrow.leaf) : NULL;
  if (!leaf) return;
  const char *value;
  if (lydict_insert(tree->context->ctx, lyd_get_value(leaf), 0, &value)) __builtin_trap();
  const struct lyw_entry *entry = lyw_index_find(tree, dep->narrow.owners, scope, value);
  lydict_remove(tree->context->ctx, value);
  const struct lysc_node *common = lyw_common(target, dep->narrow.owners->node);
  for (; entry; entry = entry->next) {
    if (target && entry->node->schema == target) hit_owner(tree, entry->node, dep->kind, dep->owner);
    else each_under(tree, common ? lyw_ancestor(entry->node, common) : NULL, target, hit_owner, dep->kind, dep->owner);
  }
}

static void visit(struct lyw_tree *tree, struct lyd_node *node, const struct lyw_event *event) {
  const struct lyw_schema *schema = lyw_schema_of(node);
  uint32_t disabled = tree->context->plan->disabled;
  if (event->kind == LYW_CAME && !tree->dirty->full) {
    if (schema->must && !(disabled & LYW_ON_OWN_MUST)) mark(tree, node, schema->module, LYW_MUST);
    if (schema->when && !(disabled & LYW_ON_OWN_WHEN)) mark(tree, node, schema->module, LYW_WHEN);
    if (schema->type && !(disabled & LYW_ON_OWN_TYPE)) mark(tree, node, schema->module, LYW_TYPE);
    if (node->schema->nodetype & LYD_NODE_INNER) mark(tree, node, schema->module, LYW_PARENT | LYW_SCHEMA);
    if (node->schema->nodetype == LYS_LIST && ((const struct lysc_node_list *)node->schema)->uniques) mark(tree, node, schema->module, LYW_UNIQUE);
  }
  for (size_t i = 0; i < schema->tuple_count; i++) {
    struct lyd_node *entry = lyw_ancestor(node, schema->tuples[i]->node);
    if (entry && lyw_is_attached(entry)) mark(tree, entry, schema->module, LYW_UNIQUE);
  }
  for (const struct lyw_dep *dep = schema->deps; dep; dep = dep->next) affect(tree, dep, node, event);
}

static void mark_siblings(struct lyw_tree *tree, const struct lyw_event *event) {
  struct lyw_dirty *dirty = tree->dirty;
  uint32_t tasks = LYW_SCHEMA;
  bool transient = event->root->flags & LYD_DEFAULT && lyw_in_inserted(event->root);
  if (event->kind == LYW_MOVED) return;
  // Validation itself looked at the siblings when it changed them, but not when a condition took one away.
  if (dirty->phase == LYW_EDITING || (event->kind == LYW_WENT && dirty->phase >= LYW_WHENS && !transient)) tasks |= LYW_PARENT;
  if (tree->context->plan->disabled & LYW_ON_SIBLINGS) tasks &= ~(uint32_t)LYW_PARENT;
  mark(tree, lyw_parent(event->root), lyw_schema_of(event->root)->module, tasks);
}

/* Goes on with what the event asks for; false: the slice is used up. */
static bool spread(struct lyw_tree *tree, const struct lyw_event *event) {
  struct lyw_dirty *dirty = tree->dirty;
  if (!lyw_schema_of(event->root)) return true;
  struct lyd_node *node = dirty->walk;
  if (!node) {
    node = event->root;
    mark_siblings(tree, event);
  }
  while (node) {
    const struct lyw_schema *schema = lyw_schema_of(node);
    if (schema) visit(tree, node, event);
    node = lyw_next_in(node, event->root, schema && (schema->marked || !dirty->full));
    if (--tree->left <= 0 && node) {
      dirty->walk = node;
      return false;
    }
  }
  dirty->walk = NULL;
  return true;
}

static void spread_whole(struct lyw_tree *tree, const struct lyw_event *event) {
  int64_t left = tree->left;
  tree->left = INT64_MAX;
  spread(tree, event);
  tree->left = left;
}

static void note(struct lyw_tree *tree, struct lyd_node *root, enum lyw_event_kind kind) {
  struct lyw_dirty *dirty = tree->dirty;
  if (!tree->incremental || !dirty || !dirty->tracking) return;
  struct lyw_event event = {root, kind};
  if (dirty->full) {
    // Nodes may be freed right away.
    if (dirty->phase != LYW_EDITING) spread_whole(tree, &event);
    return;
  }
  dirty->events = lyw_grow(dirty->events, &dirty->event_cap, dirty->event_count + 1, sizeof *dirty->events);
  dirty->events[dirty->event_count++] = event;
}

void lyw_note_came(struct lyw_tree *tree, struct lyd_node *root) {
  lyw_top_add(tree, root);
  note(tree, root, LYW_CAME);
}

void lyw_note_goes(struct lyw_tree *tree, struct lyd_node *root) {
  note(tree, root, LYW_WENT);
  lyw_top_remove(tree, root);
}

void lyw_note_moved(struct lyw_tree *tree, struct lyd_node *root) {
  note(tree, root, LYW_MOVED);
}

/* A value was written another way: who read the old text is not known. */
void lyw_note_rewritten(struct lyw_tree *tree, struct lyd_node *leaf) {
  if (!tree->incremental) return;
  lyw_index_again(tree, leaf);
  if (tree->dirty && tree->dirty->tracking) tree->dirty->need_full = true;
}

void lyw_note_fresh(struct lyw_tree *tree, struct lyd_node *node) {
  struct lyw_dirty *dirty = tree->dirty;
  if (!tree->incremental || !dirty || !dirty->tracking || dirty->full) return;
  dirty->fresh = lyw_grow(dirty->fresh, &dirty->fresh_cap, dirty->fresh_count + 1, sizeof *dirty->fresh);
  dirty->fresh[dirty->fresh_count++] = (struct lyw_fresh){node, 0};
}

static bool drain(struct lyw_tree *tree) {
  struct lyw_dirty *dirty = tree->dirty;
  for (; dirty->event_at < dirty->event_count; dirty->event_at++) {
    struct lyw_event event = dirty->events[dirty->event_at];
    if (tree->left <= 0 || !spread(tree, &event)) return false;
  }
  dirty->event_count = dirty->event_at = 0;
  return true;
}

void lyw_dirty_drain(struct lyw_tree *tree) {
  int64_t left = tree->left;
  tree->left = INT64_MAX;
  drain(tree);
  tree->left = left;
}

/* Spreads a removal while the node is still there. */
void lyw_dirty_before_removal(struct lyw_tree *tree, struct lyd_node *node) {
  struct lyw_event event = {node, LYW_WENT};
  lyw_dirty_drain(tree);
  spread_whole(tree, &event);
}

void lyw_dirty_begin(struct lyw_tree *tree, bool full) {
  struct lyw_dirty *dirty = lyw_dirty_of(tree);
  dirty->item_count = dirty->event_count = dirty->event_at = dirty->fresh_count = dirty->late_count = dirty->next_count = dirty->visited = 0;
  dirty->walk = NULL;
  dirty->spreading = LYW_SPREAD_EVENTS;
  dirty->spread_at = 0;
  dirty->any = false;
  lyw_slots_clear(&dirty->slots);
  dirty->turn++;
  dirty->module = 0;
  dirty->phase = LYW_EDITING;
  dirty->full = full;
  dirty->need_full = false;
  dirty->tracking = true;
}

void lyw_dirty_all(struct lyw_tree *tree) {
  tree->dirty->any = true;
  for (size_t i = 0; i < tree->context->plan->module_count; i++) mark(tree, NULL, (uint32_t)i, LYW_PARENT | LYW_SCHEMA);
}

static void spread_fresh(struct lyw_tree *tree, uint32_t index) {
  struct lyw_dirty *dirty = tree->dirty;
  struct lyd_node *node = dirty->fresh[index - 1].node;
  const struct lyw_schema *schema = lyw_schema_of(node);
  uint32_t disabled = tree->context->plan->disabled;
  if (!(disabled & LYW_ON_SIBLINGS)) {
    struct lyd_node *parent = lyw_parent(node);
    mark(tree, parent, schema->module, LYW_PARENT | LYW_SCHEMA);
    struct lyw_item *item = item_of(dirty, parent, schema->module);
    if (item->last_fresh) dirty->fresh[item->last_fresh - 1].next = index;
    else item->fresh = index;
    item->last_fresh = index;
  }
  if (schema->when && !(disabled & LYW_ON_OWN_WHEN)) mark(tree, node, schema->module, LYW_WHEN);
}

static void spread_always(struct lyw_tree *tree, const struct lyw_always *always) {
  if (tree->context->plan->disabled & (always->kind | LYW_ON_UNBOUNDED)) return;
  const struct lysc_node *target = always->kind == LYW_ON_WHEN ? lysc_data_parent(always->owner) : always->owner;
  each_under(tree, NULL, target, hit_owner, always->kind, always->owner);
}

static size_t spread_count(const struct lyw_tree *tree) {
  const struct lyw_dirty *dirty = tree->dirty;
  const struct lyw_plan *plan = tree->context->plan;
  switch (dirty->spreading) {
  case LYW_SPREAD_FRESH:
    return dirty->fresh_count;
  case LYW_SPREAD_PENDING:
    return plan->disabled & LYW_ON_NEXT ? 0 : dirty->pending_count;
  case LYW_SPREAD_ALWAYS:
    return dirty->any ? plan->always_count : 0;
  default:
    return 0;
  }
}

bool lyw_dirty_spread_step(struct lyw_tree *tree) {
  struct lyw_dirty *dirty = tree->dirty;
  if (dirty->event_count || dirty->fresh_count || dirty->pending_count) dirty->any = true;
  if (dirty->spreading == LYW_SPREAD_EVENTS) {
    if (!drain(tree)) return false;
    dirty->spreading++;
  }
  while (dirty->spreading != LYW_SPREAD_END) {
    size_t at = dirty->spread_at;
    if (at >= spread_count(tree)) {
      dirty->spreading++;
      dirty->spread_at = 0;
      continue;
    }
    if (tree->left-- <= 0) return false;
    if (dirty->spreading == LYW_SPREAD_FRESH) spread_fresh(tree, (uint32_t)at + 1);
    else if (dirty->spreading == LYW_SPREAD_PENDING) mark(tree, dirty->pending[at].node, dirty->pending[at].module, dirty->pending[at].tasks);
    else spread_always(tree, &tree->context->plan->always[at]);
    dirty->spread_at++;
  }
  return true;
}

void lyw_dirty_turn(struct lyw_tree *tree, uint32_t module, enum lyw_phase phase) {
  struct lyw_dirty *dirty = tree->dirty;
  dirty->module = module;
  dirty->phase = phase;
  dirty->turn++;
}

void lyw_dirty_keep(struct lyw_tree *tree) {
  struct lyw_dirty *dirty = tree->dirty;
  if (!dirty) return;
  dirty->pending_count = 0;
  for (size_t i = 0; i < dirty->next_count; i++) {
    const struct lyw_item *item = &dirty->next[i];
    if (item->node && !lyw_is_attached(item->node)) continue;
    dirty->pending = lyw_grow(dirty->pending, &dirty->pending_cap, dirty->pending_count + 1, sizeof *dirty->pending);
    dirty->pending[dirty->pending_count++] = *item;
  }
  dirty->next_count = 0;
}

/* What one large stage needed is not kept for the small ones after it. */
static void give_back(struct lyw_dirty *dirty) {
  free(dirty->items);
  lyw_slots_free(&dirty->slots);
  free(dirty->events);
  free(dirty->fresh);
  free(dirty->late);
  free(dirty->once);
  dirty->items = NULL;
  dirty->events = NULL;
  dirty->fresh = NULL;
  dirty->late = NULL;
  dirty->once = NULL;
  dirty->item_cap = dirty->event_cap = dirty->fresh_cap = dirty->late_cap = dirty->once_cap = 0;
  dirty->item_count = dirty->event_count = dirty->event_at = dirty->fresh_count = dirty->late_count = dirty->once_count = 0;
}

void lyw_dirty_end(struct lyw_tree *tree) {
  struct lyw_dirty *dirty = tree->dirty;
  if (!dirty) return;
  dirty->tracking = false;
  size_t most = dirty->item_cap > dirty->fresh_cap ? dirty->item_cap : dirty->fresh_cap;
  if (dirty->event_cap > most) most = dirty->event_cap;
  if (dirty->once_cap > most) most = dirty->once_cap;
  if (most > LYW_KEPT_STEPS) give_back(dirty);
}

void lyw_dirty_free(struct lyw_tree *tree) {
  struct lyw_dirty *dirty = tree->dirty;
  if (!dirty) return;
  give_back(dirty);
  free(dirty->next);
  free(dirty->pending);
  free(dirty);
  tree->dirty = NULL;
}
