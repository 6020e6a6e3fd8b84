// The compiled schema as JSON: modules and data nodes, with choices flattened into their children.
#include "schema-dump.h"

#include <stdio.h>
#include <string.h>

#include "tree_schema_internal.h"

struct case_frame {
  const struct lysc_node *choice;
  const struct lysc_node *branch;
  const struct case_frame *outer;
};

void lyw_dump_member(const char *name) {
  lyw_put_u8(&lyw_out, ',');
  lyw_put_json_string(&lyw_out, name);
  lyw_put_u8(&lyw_out, ':');
}

void lyw_dump_text(const char *name, const char *text) {
  if (!text) return;
  lyw_dump_member(name);
  lyw_put_json_string(&lyw_out, text);
}

void lyw_dump_number(const char *name, uint32_t number) {
  char text[16];
  snprintf(text, sizeof text, "%u", (unsigned)number);
  lyw_dump_member(name);
  lyw_put_text(&lyw_out, text);
}

static void dump_true(const char *name, bool given) {
  if (!given) return;
  lyw_dump_member(name);
  lyw_put_text(&lyw_out, "true");
}

static const char *kind_name(const struct lysc_node *node) {
  switch (node->nodetype) {
  case LYS_CONTAINER: return "container";
  case LYS_LIST: return "list";
  case LYS_LEAF: return "leaf";
  case LYS_LEAFLIST: return "leaf-list";
  case LYS_ANYDATA: return "anydata";
  case LYS_ANYXML: return "anyxml";
  default: return NULL;
  }
}

static void dump_bounds(uint32_t min, uint32_t max) {
  if (min) lyw_dump_number("min", min);
  if (max && max != UINT32_MAX) lyw_dump_number("max", max);
}

static void dump_default(const struct lysc_node *node, const struct lyd_value *value, bool *any) {
  struct lyw_buf text = {0};
  lyw_put_value(&text, node->module->ctx, value);
  if (*any) lyw_put_u8(&lyw_out, ',');
  lyw_put_json_string(&lyw_out, text.data);
  lyw_buf_free(&text);
  *any = true;
}

static void dump_leaf(const struct lysc_node_leaf *leaf) {
  lyw_dump_member("type");
  lyw_dump_type(leaf->type);
  lyw_dump_text("units", leaf->units);
  if (!leaf->dflt) return;
  bool any = false;
  lyw_dump_member("defaults");
  lyw_put_u8(&lyw_out, '[');
  dump_default(&leaf->node, leaf->dflt, &any);
  lyw_put_u8(&lyw_out, ']');
}

static void dump_leaf_list(const struct lysc_node_leaflist *list) {
  lyw_dump_member("type");
  lyw_dump_type(list->type);
  lyw_dump_text("units", list->units);
  dump_bounds(list->min, list->max);
  if (!list->dflts) return;
  LY_ARRAY_COUNT_TYPE u;
  bool any = false;
  lyw_dump_member("defaults");
  lyw_put_u8(&lyw_out, '[');
  LY_ARRAY_FOR(list->dflts, u) dump_default(&list->node, list->dflts[u], &any);
  lyw_put_u8(&lyw_out, ']');
}

static void dump_list(const struct lysc_node_list *list) {
  lyw_dump_member("keys");
  lyw_put_u8(&lyw_out, '[');
  for (const struct lysc_node *key = list->child; key && lysc_is_key(key); key = key->next) {
    if (key != list->child) lyw_put_u8(&lyw_out, ',');
    lyw_put_json_string(&lyw_out, key->name);
  }
  lyw_put_u8(&lyw_out, ']');
  dump_bounds(list->min, list->max);
}

static void dump_cases(const struct case_frame *frame) {
  if (!frame) return;
  if (frame->outer) {
    dump_cases(frame->outer);
    lyw_put_u8(&lyw_out, ',');
  }
  lyw_put_text(&lyw_out, "{\"choice\":");
  lyw_put_json_string(&lyw_out, frame->choice->name);
  lyw_dump_text("case", frame->branch->name);
  dump_true("default", &((const struct lysc_node_choice *)frame->choice)->dflt->node == frame->branch);
  lyw_put_u8(&lyw_out, '}');
}

static bool has_when(const struct lysc_node *node, const struct case_frame *frame) {
  if (lysc_node_when(node)) return true;
  for (; frame; frame = frame->outer) {
    if (lysc_node_when(frame->branch) || lysc_node_when(frame->choice)) return true;
  }
  return false;
}

static void dump_nodes(const struct lysc_node *first, const struct case_frame *frame, bool *any);

static void dump_children(const struct lysc_node *node) {
  bool any = false;
  lyw_dump_member("children");
  lyw_put_u8(&lyw_out, '[');
  dump_nodes(lysc_node_child(node), NULL, &any);
  lyw_put_u8(&lyw_out, ']');
}

static void dump_node(const struct lysc_node *node, const struct case_frame *frame) {
  lyw_put_text(&lyw_out, "{\"kind\":");
  lyw_put_json_string(&lyw_out, kind_name(node));
  lyw_dump_text("name", node->name);
  lyw_dump_text("module", node->module->name);
  lyw_dump_member("config");
  lyw_put_text(&lyw_out, (node->flags & LYS_CONFIG_W) ? "true" : "false");
  dump_true("presence", node->nodetype == LYS_CONTAINER && (node->flags & LYS_PRESENCE));
  dump_true("mandatory", node->nodetype != LYS_CONTAINER && node->nodetype != LYS_LIST && (node->flags & LYS_MAND_TRUE));
  dump_true("when", has_when(node, frame));
  if (lyw_is_user_ordered(node)) lyw_dump_text("orderedBy", "user");
  if (node->nodetype == LYS_LEAF) dump_leaf((const struct lysc_node_leaf *)node);
  if (node->nodetype == LYS_LEAFLIST) dump_leaf_list((const struct lysc_node_leaflist *)node);
  if (node->nodetype == LYS_LIST) dump_list((const struct lysc_node_list *)node);
  lyw_dump_text("description", node->dsc);
  if (node->flags & LYS_STATUS_DEPRC) lyw_dump_text("status", "deprecated");
  if (node->flags & LYS_STATUS_OBSLT) lyw_dump_text("status", "obsolete");
  if (frame) {
    lyw_dump_member("cases");
    lyw_put_u8(&lyw_out, '[');
    dump_cases(frame);
    lyw_put_u8(&lyw_out, ']');
  }
  if (node->nodetype & (LYS_CONTAINER | LYS_LIST)) dump_children(node);
  lyw_put_u8(&lyw_out, '}');
}

static void dump_nodes(const struct lysc_node *first, const struct case_frame *frame, bool *any) {
  for (const struct lysc_node *node = first; node; node = node->next) {
    if (node->nodetype == LYS_CHOICE) {
      for (const struct lysc_node *branch = lysc_node_child(node); branch; branch = branch->next) {
        struct case_frame inner = {node, branch, frame};
        dump_nodes(lysc_node_child(branch), &inner, any);
      }
    } else if (kind_name(node)) {
      if (*any) lyw_put_u8(&lyw_out, ',');
      dump_node(node, frame);
      *any = true;
    }
  }
}

/* Emits {"modules":[...],"nodes":[...]} for the modules that were loaded and are implemented. */
void LYW_EXPORT(lyw_context_dump)(struct lyw_context *context);
void lyw_context_dump(struct lyw_context *context) {
  const struct lys_module *module;
  uint32_t index = context->own_modules;
  bool any = false;
  lyw_out.len = 0;
  lyw_put_text(&lyw_out, "{\"modules\":[");
  while ((module = ly_ctx_get_module_iter(context->ctx, &index))) {
    if (!module->implemented) continue;
    if (any) lyw_put_u8(&lyw_out, ',');
    lyw_put_text(&lyw_out, "{\"name\":");
    lyw_put_json_string(&lyw_out, module->name);
    lyw_dump_text("revision", module->revision);
    lyw_dump_text("namespace", module->ns);
    lyw_dump_text("organization", module->org);
    lyw_dump_text("prefix", module->prefix);
    lyw_put_u8(&lyw_out, '}');
    any = true;
  }
  lyw_put_text(&lyw_out, "],\"nodes\":[");
  index = context->own_modules;
  any = false;
  while ((module = ly_ctx_get_module_iter(context->ctx, &index))) {
    if (module->implemented && module->compiled) dump_nodes(module->compiled->data, NULL, &any);
  }
  lyw_put_text(&lyw_out, "]}");
}
