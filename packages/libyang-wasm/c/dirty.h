// What a stage has to check again: found from the changes through the plan's dependencies and the tree's indexes.
#ifndef LYW_DIRTY_H
#define LYW_DIRTY_H

#include "plan.h"

/* What is to be done about a node; PARENT, SCHEMA: about the siblings below it. */
enum lyw_task { LYW_PARENT = 1, LYW_WHEN = 2, LYW_TYPE = 4, LYW_MUST = 8, LYW_SCHEMA = 16, LYW_UNIQUE = 32 };

/* The steps in which libyang validates one module after the other. */
enum lyw_phase { LYW_EDITING, LYW_NEW, LYW_WHENS, LYW_TYPES, LYW_FINAL };

struct lyw_item {
  struct lyd_node *node; /* NULL: the top-level nodes of the module */
  uint16_t module;
  uint8_t tasks;
  uint8_t done;
  uint32_t fresh; /* PARENT: children that edits put in or named, index + 1 of the first and the last */
  uint32_t last_fresh;
  uint32_t chain;
};

struct lyw_fresh {
  struct lyd_node *node;
  uint32_t next; /* below the same parent, index + 1 */
};

/* Work that the edits of a stage ask for, in this order. */
enum lyw_spreading { LYW_SPREAD_EVENTS, LYW_SPREAD_FRESH, LYW_SPREAD_PENDING, LYW_SPREAD_ALWAYS, LYW_SPREAD_END };

enum lyw_event_kind { LYW_CAME, LYW_WENT, LYW_MOVED };

struct lyw_event {
  struct lyd_node *root;
  enum lyw_event_kind kind;
};

struct lyw_once {
  const struct lyw_dep *dep;
  const struct lyd_node *scope;
  uint32_t turn;
};

struct lyw_dirty {
  struct lyw_item *items;
  size_t item_count;
  size_t item_cap;
  struct lyw_slots slots; /* by node or module */
  struct lyw_item *next; /* left to the next stage: nothing that is checked this time would see it */
  size_t next_count;
  size_t next_cap;
  struct lyw_item *pending; /* what the last stage left */
  size_t pending_count;
  size_t pending_cap;
  struct lyw_event *events;
  size_t event_count;
  size_t event_cap;
  size_t event_at;
  struct lyd_node *walk; /* where the walk through an event's subtree stands */
  enum lyw_spreading spreading;
  size_t spread_at;
  bool any; /* the edits or the last stage ask for something */
  struct lyw_fresh *fresh; /* nodes that the edits put in or named */
  size_t fresh_count;
  size_t fresh_cap;
  struct lyd_node **late; /* nodes whose when is to be looked at again while whens are being looked at */
  size_t late_count;
  size_t late_cap;
  struct lyw_once *once;
  size_t once_cap;
  size_t once_count;
  uint32_t turn;
  uint32_t module;
  enum lyw_phase phase;
  bool tracking;  /* a stage is being made */
  bool full;      /* everything is validated: only what comes too late is noted */
  bool need_full; /* only full validation gives libyang's verdict */
  size_t visited; /* checks made, for tests of cost and as progress */
};

struct lyw_dirty *lyw_dirty_of(struct lyw_tree *tree);
void lyw_dirty_begin(struct lyw_tree *tree, bool full);
/* The edits are made: marks what they and the last stage ask for. False: it goes on in the next slice. */
bool lyw_dirty_spread_step(struct lyw_tree *tree);
/* Everything is new: nothing of what is missing was checked before. */
void lyw_dirty_all(struct lyw_tree *tree);
void lyw_dirty_drain(struct lyw_tree *tree);
void lyw_dirty_before_removal(struct lyw_tree *tree, struct lyd_node *node);
void lyw_dirty_turn(struct lyw_tree *tree, uint32_t module, enum lyw_phase phase);
/* The stage was kept: what it left becomes due at the next one. Before taken-out nodes are freed. */
void lyw_dirty_keep(struct lyw_tree *tree);
void lyw_dirty_end(struct lyw_tree *tree);
void lyw_dirty_free(struct lyw_tree *tree);

#endif
