// What the constraints of a model depend on: worked out once per context, read at every stage.
#ifndef LYW_PLAN_H
#define LYW_PLAN_H

#include "shim.h"

#include "xpath.h"

/* Kinds of constraints that a change elsewhere can break. The last ones are switches of the mutation test only. */
enum lyw_kind {
  LYW_ON_MUST = 1 << 0,
  LYW_ON_WHEN = 1 << 1,
  LYW_ON_LEAFREF = 1 << 2,
  LYW_ON_UNION = 1 << 3,
  LYW_ON_INSTANCE = 1 << 4,
  LYW_ON_UNIQUE = 1 << 5,
  LYW_ON_COUNT = 1 << 6,
  LYW_ON_MANDATORY = 1 << 7,
  LYW_ON_SIBLINGS = 1 << 8, /* cases, duplicates and defaults beside what changed */
  LYW_ON_OWN_MUST = 1 << 9,
  LYW_ON_OWN_WHEN = 1 << 10,
  LYW_ON_OWN_TYPE = 1 << 11,
  LYW_ON_UNBOUNDED = 1 << 12,
  LYW_ON_NEXT = 1 << 13,    /* what a stage leaves to the next one */
  LYW_ON_EQUALITY = 1 << 14 /* those that an equality with current() narrows */
};

enum lyw_index_kind { LYW_BY_VALUE, LYW_BY_TUPLE, LYW_BY_PARENT };

/* An index that every tree of the context keeps. */
struct lyw_index {
  uint32_t id;
  enum lyw_index_kind kind;
  const struct lysc_node *node;  /* BY_VALUE: leaf or leaf-list; BY_TUPLE: list; BY_PARENT: list or leaf-list */
  const struct lysc_node *scope; /* instances below different instances of this node are apart; NULL: the whole tree */
  const struct lysc_node_leaf **leaves; /* BY_TUPLE: libyang's sized array */
};

/* Only owners whose value equals that of the changed instance are affected. */
struct lyw_narrow {
  const struct lysc_node *step; /* the list or leaf-list with the predicate */
  const struct lysc_node *leaf; /* below or at the step */
  struct lyw_index *owners;     /* values of the other side; NULL: not narrowed */
};

struct lyw_dep {
  enum lyw_kind kind;
  const struct lysc_node *owner;
  const struct lysc_node *apex; /* all owners that are affected are below the same instance of this; NULL: the whole tree */
  struct lyw_narrow narrow;
  struct lyw_dep *next;
};

/* A constraint whose instances are all checked at every stage. */
struct lyw_always {
  enum lyw_kind kind;
  const struct lysc_node *owner;
};

/* Told to the author of the model. */
struct lyw_unbounded {
  const struct lysc_node *owner;
  const char *kind;
  const char *expression;
  const char *reason;
};

/* Steps of a path with a predicate that an index answers. */
struct lyw_jump {
  const struct lyxp_expr *exp;
  uint32_t first; /* token of the first step that is left out */
  uint32_t end;   /* token of the predicate's bracket */
  const struct lysc_node *from;
  const struct lysc_node *step;
  struct lyw_index *index;
  struct lyxp_expr *value;
  bool usable; /* the order of the nodes does not matter to who reads them */
};

struct lyw_reference_key {
  const struct lysc_node *list;
  const struct lysc_node *key;
  const struct lysc_node *value;
};

/* How to find what a leafref refers to. */
struct lyw_reference {
  const struct lysc_type_leafref *type;
  const struct lysc_node *owner;
  const struct lysc_node *apex;
  struct lyw_index *index;
  struct lyw_reference_key keys[4];
  uint32_t key_count;
};

/* What is known about one data node of the schema; hangs at its priv. */
struct lyw_schema {
  const struct lysc_node *node;
  uint32_t order;  /* in the order in which libyang keeps siblings */
  uint32_t module; /* position of the module that owns the top-level node */
  struct lyw_dep *deps;
  struct lyw_index **indexes;
  size_t index_count;
  size_t index_cap;
  struct lyw_index **tuples; /* of lists above, which this leaf is part of */
  size_t tuple_count;
  size_t tuple_cap;
  bool must;
  bool when;
  bool type;         /* the value is checked against other data */
  bool may_default;  /* implicit instances exist */
  bool fragile_when; /* reads nodes that exist only while full validation runs */
  bool marked;       /* something in the subtree is of interest */
};

struct lyw_plan {
  struct lyw_schema **schemas;
  size_t schema_count;
  size_t schema_cap;
  struct lyw_index **indexes;
  size_t index_count;
  size_t index_cap;
  struct lyw_always *always;
  size_t always_count;
  size_t always_cap;
  struct lyw_unbounded *unbounded;
  size_t unbounded_count;
  size_t unbounded_cap;
  struct lyw_jump *jumps;
  size_t jump_count;
  size_t jump_cap;
  struct lyw_reference *references;
  size_t reference_count;
  size_t reference_cap;
  struct lyw_dep **deps;
  size_t dep_count;
  size_t dep_cap;
  const struct lys_module **modules;
  size_t module_count;
  size_t module_cap;
  uint32_t disabled; /* kinds that are left out, by the mutation test */
};

void lyw_plan_make(struct lyw_context *context);
void lyw_plan_free(struct lyw_context *context);
/* Jumps are looked up by expression and token. */
void lyw_plan_sort(struct lyw_plan *plan);

static inline struct lyw_schema *lyw_schema_of(const struct lyd_node *node) {
  return node->schema ? node->schema->priv : NULL;
}

/* An ancestor-or-self instance of the schema node, also of a node that was taken out. */
static inline struct lyd_node *lyw_ancestor(const struct lyd_node *node, const struct lysc_node *schema) {
  while (node && node->schema != schema) node = lyw_parent(node);
  return (struct lyd_node *)node;
}

bool lyw_is_at_or_above(const struct lysc_node *above, const struct lysc_node *node);
const struct lysc_node *lyw_common(const struct lysc_node *one, const struct lysc_node *two);
/* The one instance of `to` that a node at `from` reaches through single nodes, or NULL. */
struct lyd_node *lyw_related(const struct lyw_tree *tree, const struct lyd_node *node, const struct lysc_node *to);

/* The indexes of a tree. */
struct lyw_entry {
  struct lyd_node *node;
  const struct lyw_index *index;
  const struct lyd_node *scope;
  const char *value; /* in libyang's dictionary */
  uint32_t hash;
  uint32_t count;                /* first of its value: how many there are */
  struct lyw_entry *next, *prev; /* same value */
  struct lyw_entry *of_node;     /* the node's entry in another index; the first is the node's priv */
  struct lyw_entry *chain;       /* another value */
};
void lyw_index_again(struct lyw_tree *tree, struct lyd_node *leaf);
struct lyw_entry *lyw_index_find(const struct lyw_tree *tree, const struct lyw_index *index, const struct lyd_node *scope, const char *value);
/* The tuple entry of a list entry, made anew. */
struct lyw_entry *lyw_index_tuple(struct lyw_tree *tree, struct lyd_node *entry, const struct lyw_index *index);
void lyw_index_free(struct lyw_tree *tree);

#endif
