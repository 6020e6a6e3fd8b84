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
  uint32_t module;
  uint32_t tasks;
  uint32_t done;
};

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
  uint32_t *slots; /* index + 1 by node or module */
  size_t slot_cap;
  struct lyw_item *next; /* left to the next stage: nothing that is checked this time would see it */
  size_t next_count;
  size_t next_cap;
  struct lyw_item *pending; /* what the last stage left */
  size_t pending_count;
  size_t pending_cap;
  struct lyw_event *events;
  size_t event_count;
  size_t event_cap;
  struct lyd_node **fresh; /* nodes that the edits put in or named */
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
  size_t visited; /* checks made, for tests of cost */
};

struct lyw_dirty *lyw_dirty_of(struct lyw_tree *tree);
void lyw_dirty_begin(struct lyw_tree *tree, bool full);
void lyw_dirty_drain(struct lyw_tree *tree);
void lyw_dirty_before_removal(struct lyw_tree *tree, struct lyd_node *node);
void lyw_dirty_turn(struct lyw_tree *tree, uint32_t module, enum lyw_phase phase);
/* The stage was kept: what it left becomes due at the next one. Before taken-out nodes are freed. */
void lyw_dirty_keep(struct lyw_tree *tree);
void lyw_dirty_end(struct lyw_tree *tree);
void lyw_dirty_free(struct lyw_tree *tree);

#endif
