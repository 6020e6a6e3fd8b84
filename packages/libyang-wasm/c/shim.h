// Declarations shared by the shim's files: buffers, errors, the journal of one staged set, and the tree.
#ifndef LYW_SHIM_H
#define LYW_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libyang.h"

#define LYW_EXPORT(name) __attribute__((export_name(#name))) name

/* Marks of the journal on data nodes, above libyang's own flags. */
#define LYW_OWN_FLAGS 0x0000ffffu
#define LYW_INSERTED 0x00010000u /* root of a subtree that this stage put in */
#define LYW_TOP 0x00080000u      /* top-level node of an indexed tree */
#define LYW_WAITS 0x00040000u /* its when is about to be looked at */
#define LYW_HELD 0x00020000u     /* root of a subtree that this stage took out; priv is its former parent, else its first index entry */

/* More steps of a journal than this are given back. */
#define LYW_KEPT_STEPS 4096

/* Growing byte buffer; running out of memory traps. */
struct lyw_buf {
  char *data;
  size_t len;
  size_t cap;
};

void *lyw_grow(void *items, size_t *cap, size_t need, size_t item_size);
void lyw_put(struct lyw_buf *buf, const void *data, size_t len);
void lyw_put_text(struct lyw_buf *buf, const char *text);
void lyw_put_u8(struct lyw_buf *buf, uint8_t value);
void lyw_put_u32(struct lyw_buf *buf, uint32_t value);
/* Length and bytes. NULL is written as an empty text. */
void lyw_put_str(struct lyw_buf *buf, const char *text);
void lyw_put_sized(struct lyw_buf *buf, const char *text, size_t len);
/* JSON string with quotes. */
void lyw_put_json_string(struct lyw_buf *buf, const char *text);
void lyw_buf_free(struct lyw_buf *buf);

/* Hash table over the items of an array: it grows by one slot for each item, so that no step of it is long. */
struct lyw_slots {
  uint32_t *heads; /* index + 1 of the last item that came to the slot; items are chained by index + 1 */
  uint32_t count;
  uint32_t mask;
};
struct lyw_items {
  void *data;
  size_t size;  /* of one */
  size_t chain; /* where its uint32_t for the chain is */
  uint32_t (*hash)(const void *item);
};
static inline uint32_t lyw_slot_of(uint32_t count, uint32_t mask, uint32_t hash) {
  uint32_t at = hash & mask;
  return at < count ? at : at & (mask >> 1);
}
static inline uint32_t lyw_slots_first(const struct lyw_slots *slots, uint32_t hash) {
  return slots->count ? slots->heads[lyw_slot_of(slots->count, slots->mask, hash)] : 0;
}
/* Puts in the item at the index, which is as large as the number of those that are in already. */
void lyw_slots_add(struct lyw_slots *slots, struct lyw_items items, uint32_t index);
void lyw_slots_clear(struct lyw_slots *slots);
void lyw_slots_free(struct lyw_slots *slots);

/* The result of the last call, read by the host. */
extern struct lyw_buf lyw_out;

/* Cursor over packed input. */
struct lyw_in {
  const char *at;
  const char *end;
};
uint8_t lyw_get_u8(struct lyw_in *in);
uint32_t lyw_get_u32(struct lyw_in *in);
const char *lyw_get_str(struct lyw_in *in, uint32_t *len);

/* Violations. */
struct lyw_report {
  struct lyw_buf buf;
  uint32_t count;
};
void lyw_report_reset(struct lyw_report *report);
/* Moves libyang's stored error records into the report and clears them. The fallback path is for records without one. */
void lyw_report_collect(struct lyw_report *report, struct ly_ctx *ctx, const char *fallback, int32_t edit_index);
/* A violation that the shim itself found. The tag is an error-tag of RFC 6241. */
void lyw_report_own(struct lyw_report *report, const char *tag, const char *app_tag, const char *message, const char *path,
    int32_t edit_index);
void lyw_report_emit(const struct lyw_report *report);

/* The journal: physical steps of one staged set, undone in reverse. */
enum lyw_step_kind { LYW_INSERT, LYW_REMOVE, LYW_MOVE, LYW_FLAGS, LYW_VALUE };

struct lyw_step {
  enum lyw_step_kind kind;
  struct lyd_node *node;
  struct lyd_node *parent; /* REMOVE: former parent */
  struct lyd_node *prev;   /* REMOVE, MOVE of user-ordered entries: former previous entry, or NULL */
  uint32_t flags;          /* FLAGS */
  struct lyd_value value;  /* VALUE: the former value */
};

/* What a leaf-list or a user-ordered list held before the stage touched it. */
struct lyw_snapshot {
  struct lyd_node *parent;
  const struct lysc_node *schema;
  bool existed;
  char *text;
  size_t len;
};

struct lyw_tree {
  struct lyw_context *context;
  struct lyd_node *root;
  bool open; /* a stage waits for keep or undo */
  struct lyw_step *steps;
  size_t step_count;
  size_t step_cap;
  struct lyw_snapshot *snapshots;
  size_t snapshot_count;
  size_t snapshot_cap;
  uint32_t *slots; /* hash table over the snapshots, index + 1 */
  size_t slot_cap;
  bool incremental; /* keeps indexes and checks only what a change can break */
  bool validated;   /* the content was valid when it was last kept */
  struct ly_ht *top;            /* top-level nodes by hash */
  struct lyd_node **top_first; /* first top-level instance by the order of its schema node */
  struct lyw_entry **buckets; /* grow one by one, as lyw_slots do */
  uint32_t bucket_count;
  uint32_t bucket_mask;
  size_t entry_count;
  struct lyw_dirty *dirty;
  uint32_t full_stages; /* stages that needed full validation */
  struct lyw_run *run;  /* what is going on, slice by slice */
  struct lyd_node *walk; /* where the walk of an index through a subtree stands */
  struct lyd_node **trash;
  size_t trash_count;
  size_t trash_cap;
  int64_t left;         /* what this slice may still cost: about the number of nodes that it looks at */
  size_t piece_bytes;   /* JSON that is parsed in one step */
  uint32_t chunk_changes;
  size_t chunk_bytes;
};

struct lyw_source {
  char *name;
  char *text;
};

struct lyw_context {
  struct ly_ctx *ctx;
  struct lyw_plan *plan;
  uint32_t own_modules; /* modules that libyang brings itself */
  struct lyw_source *sources;
  size_t source_count;
  size_t source_cap;
};

/* The tree whose stage is being made; hooks in libyang's validation write to its journal. NULL: no journal. */
extern struct lyw_tree *lyw_active;

/* The caller puts what is in it into the indexes. */
void lyw_journal_insert_unlisted(struct lyw_tree *tree, struct lyd_node *parent, struct lyd_node *node);
void lyw_journal_inserted(struct lyw_tree *tree, struct lyd_node *node);
void lyw_journal_remove(struct lyw_tree *tree, struct lyd_node *node);
/* The caller took what is in it out of the indexes. */
void lyw_journal_remove_unlisted(struct lyw_tree *tree, struct lyd_node *node);
void lyw_journal_move_after(struct lyw_tree *tree, struct lyd_node *prev, struct lyd_node *node);
void lyw_journal_flags(struct lyw_tree *tree, struct lyd_node *node);
void lyw_journal_value(struct lyw_tree *tree, struct lyd_node *node, struct lyd_value value);
/* Back to an earlier step of the same stage. False: it goes on in the next slice. */
bool lyw_journal_undo_step(struct lyw_tree *tree, size_t step_count);
/* Nothing is left to be undone. */
void lyw_journal_end(struct lyw_tree *tree);
void lyw_journal_keep(struct lyw_tree *tree);
/* Siblings without a parent that nobody needs any more: freeing them may take long, so that it is done in slices. */
void lyw_throw_away(struct lyw_tree *tree, struct lyd_node *siblings);
bool lyw_sweep_step(struct lyw_tree *tree);

/* Puts a subtree into the indexes after it came, or takes it out before it goes, as far as this slice goes. */
bool lyw_index_add_step(struct lyw_tree *tree, struct lyd_node *root);
bool lyw_index_remove_step(struct lyw_tree *tree, struct lyd_node *root);
void lyw_index_add(struct lyw_tree *tree, struct lyd_node *root);
void lyw_index_remove(struct lyw_tree *tree, struct lyd_node *root);

struct lyw_snapshot *lyw_snapshot_find(const struct lyw_tree *tree, const struct lyd_node *parent, const struct lysc_node *schema);
void lyw_snapshot_take(struct lyw_tree *tree, struct lyd_node *parent, const struct lysc_node *schema);
void lyw_snapshots_clear(struct lyw_tree *tree);

/* Parent in the tree, or the former one of a subtree that was taken out. */
struct lyd_node *lyw_parent(const struct lyd_node *node);
bool lyw_is_attached(const struct lyd_node *node);
bool lyw_in_inserted(const struct lyd_node *node);
/* First of the siblings among which children of the parent live; parent NULL means the top level. */
struct lyd_node *lyw_children(const struct lyw_tree *tree, const struct lyd_node *parent);

/* Validates everything, in one step. */
LY_ERR lyw_validate(struct lyw_tree *tree);
/* Validates what the changes of the stage can break; the tree's `need_full` says that only full validation gives the verdict. */
struct lyw_check;
struct lyw_check *lyw_check_new(struct lyw_tree *tree);
bool lyw_check_step(struct lyw_check *check);
LY_ERR lyw_check_end(struct lyw_check *check);
/* The tree that is being validated with the help of its indexes, or NULL. */
extern struct lyw_tree *lyw_checked;

/* Says which tree the calls to libyang that follow are about. */
void lyw_top_use(struct lyw_tree *tree);
void lyw_top_add(struct lyw_tree *tree, struct lyd_node *node);
void lyw_top_remove(struct lyw_tree *tree, struct lyd_node *node);
void lyw_top_free(struct lyw_tree *tree);
int lyw_tree_step(struct lyw_tree *tree, uint32_t budget);
void lyw_tree_undo(struct lyw_tree *tree);
void lyw_top_load(bool on);

/* Every change of an indexed tree is told, so that indexes follow and what depends on it is found. */
void lyw_note_came(struct lyw_tree *tree, struct lyd_node *root);
void lyw_note_goes(struct lyw_tree *tree, struct lyd_node *root);
void lyw_note_moved(struct lyw_tree *tree, struct lyd_node *root);
void lyw_note_rewritten(struct lyw_tree *tree, struct lyd_node *leaf);
void lyw_note_fresh(struct lyw_tree *tree, struct lyd_node *node);

/* Canonical RFC 7951 text of a leaf or leaf-list entry, or of a stored value. */
void lyw_put_value(struct lyw_buf *buf, const struct ly_ctx *ctx, const struct lyd_value *value);
/* RFC 7951 text of anydata and anyxml content. */
void lyw_put_any(struct lyw_buf *buf, const struct lyd_node *node);
/* JSON array of the explicit entries of a leaf-list; false if there is none. */
bool lyw_put_leaf_list(struct lyw_buf *buf, const struct lyd_node *first, const struct lysc_node *schema);
/* Packed keys of all entries of a list. */
bool lyw_put_order(struct lyw_buf *buf, const struct lyd_node *first, const struct lysc_node *schema);
void lyw_put_keys(struct lyw_buf *buf, const struct lyd_node *entry);
/* Packed path of a data node; returns the number of its steps. */
uint32_t lyw_put_path(struct lyw_buf *buf, const struct lyd_node *node);
/* The last step of a packed path, without keys. */
void lyw_put_last_name(struct lyw_buf *buf, const struct lyd_node *parent, const struct lysc_node *schema);

/* A packed path, resolved in the schema; keys are still the client's text. */
struct lyw_elem {
  const char *name; /* as written, without module */
  uint32_t name_len;
  const struct lysc_node *schema;
  uint32_t key_count; /* UINT32_MAX: none given */
  const char **keys;
  uint32_t *key_lens;
};
struct lyw_path {
  struct lyw_elem *elems;
  uint32_t count;
  struct lyw_buf text; /* for messages */
};
/* Reads and resolves a path; false after a violation was reported. The caller frees the path either way. */
bool lyw_path_read(struct lyw_path *path, struct lyw_in *in, struct lyw_tree *tree, struct lyw_report *report, int32_t edit_index);
void lyw_path_free(struct lyw_path *path);
/* A scratch chain of instances along the first `count` elements; false after a violation was reported. */
bool lyw_path_chain(const struct lyw_path *path, uint32_t count, struct lyd_node **chain, struct lyw_tree *tree,
    struct lyw_report *report, int32_t edit_index);
/* The instance in the tree that equals the chain's element, or NULL. */
struct lyd_node *lyw_find(const struct lyw_tree *tree, const struct lyd_node *parent, const struct lyd_node *like);

/* Tells the changes of a stage chunk by chunk, each with its count in front. */
struct lyw_emit;
struct lyw_emit *lyw_emit_new(struct lyw_tree *tree);
/* Puts the next chunk in the result, which is empty when this slice came to none. True: it was the last. */
bool lyw_emit_step(struct lyw_emit *emit);
void lyw_emit_free(struct lyw_emit *emit);

/* The node after this one in a walk through the subtree of the root; `down`: its children come first. */
static inline struct lyd_node *lyw_next_in(const struct lyd_node *node, const struct lyd_node *root, bool down) {
  struct lyd_node *child = down ? lyd_child(node) : NULL;
  if (child) return child;
  while (node != root) {
    if (node->next) return node->next;
    node = &node->parent->node;
  }
  return NULL;
}

static inline bool lyw_is_user_ordered(const struct lysc_node *schema) {
  return (schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) && (schema->flags & LYS_ORDBY_USER);
}

#endif
