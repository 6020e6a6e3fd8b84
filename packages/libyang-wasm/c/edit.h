// One edit on its way into the tree: its JSON becomes scratch nodes, which are merged; both can stop at the end of a slice and go on.
#ifndef LYW_EDIT_H
#define LYW_EDIT_H

#include "shim.h"

struct lyw_frame;

struct lyw_parse {
  struct lyw_tree *tree;
  struct lyw_tree *holder; /* top-level scratch nodes hang at its root */
  struct lyd_node *parent; /* scratch node below which the JSON belongs; NULL: top level */
  const char *json;
  const char *end;
  const char *at;
  const char *path; /* for messages */
  size_t piece;     /* bytes that one call of libyang takes */
  struct lyw_report *report;
  int32_t edit_index;
  struct lyw_frame *frames;
  size_t frame_count;
  size_t frame_cap;
  struct lyw_buf text; /* what the next call reads */
  size_t gathered;
  int before_this; /* what stands before the place */
  struct lyw_report before; /* length and count of the report, to start over */
  bool refused;             /* a part of the value was refused */
  bool broken;              /* what was read is of no use */
  bool failed;              /* libyang gave up */
};
void lyw_parse_begin(struct lyw_parse *parse, const char *json, size_t len);
/* False: it goes on in the next slice. */
bool lyw_parse_step(struct lyw_parse *parse);
void lyw_parse_end(struct lyw_parse *parse);
/* Parses one JSON text in one call. */
void lyw_parse_whole(struct lyw_parse *parse, struct lyd_node *parent, struct lyd_node **first, const char *json);

struct lyw_edit;
/* Reads the next packed edit. What it points to must stay. */
struct lyw_edit *lyw_edit_new(struct lyw_tree *tree, struct lyw_in *in, struct lyw_report *report, int32_t edit_index);
/* Replaces the root by top-level JSON. */
struct lyw_edit *lyw_edit_new_root(struct lyw_tree *tree, const char *json, size_t len, struct lyw_report *report);
/* How far its JSON was read; `other` when there is none to read. */
const char *lyw_edit_place(const struct lyw_edit *edit, const char *other);
bool lyw_edit_step(struct lyw_edit *edit);
/* Frees it; false: what was refused leaves nothing to validate. */
bool lyw_edit_end(struct lyw_edit *edit);

#endif
