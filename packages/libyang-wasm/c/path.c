// Packed paths: resolved in the schema, turned into a scratch chain of instances, found in the tree.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

static void put_path_text(struct lyw_buf *text, const struct lyw_elem *elem, const char *full, uint32_t full_len) {
  lyw_put_u8(text, '/');
  lyw_put(text, full, full_len);
  if (elem->key_count == UINT32_MAX) return;
  const struct lysc_node *key = elem->schema ? lysc_node_child(elem->schema) : NULL;
  for (uint32_t i = 0; i < elem->key_count; i++) {
    bool named = key && lysc_is_key(key);
    const char *quote = memchr(elem->keys[i], '\'', elem->key_lens[i]) ? "\"" : "'";
    lyw_put_u8(text, '[');
    lyw_put_text(text, named ? key->name : ".");
    lyw_put_u8(text, '=');
    lyw_put_text(text, quote);
    lyw_put(text, elem->keys[i], elem->key_lens[i]);
    lyw_put_text(text, quote);
    lyw_put_u8(text, ']');
    if (named) key = key->next;
  }
}

static void read_elem(struct lyw_elem *elem, struct lyw_in *in) {
  elem->name = lyw_get_str(in, &elem->name_len);
  elem->key_count = lyw_get_u32(in);
  if (elem->key_count == UINT32_MAX || !elem->key_count) return;
  if (elem->key_count > (size_t)(in->end - in->at) / 4) __builtin_trap();
  elem->keys = calloc(elem->key_count, sizeof *elem->keys);
  elem->key_lens = calloc(elem->key_count, sizeof *elem->key_lens);
  if (!elem->keys || !elem->key_lens) __builtin_trap();
  for (uint32_t i = 0; i < elem->key_count; i++) elem->keys[i] = lyw_get_str(in, &elem->key_lens[i]);
}

static void report_text(struct lyw_report *report, const char *tag, const char *before, const char *name, uint32_t name_len,
    const char *after, const char *path, int32_t edit_index) {
  struct lyw_buf message = {0};
  lyw_put_text(&message, before);
  lyw_put(&message, name, name_len);
  lyw_put_text(&message, after);
  lyw_report_own(report, tag, "", message.data, path, edit_index);
  lyw_buf_free(&message);
}

static const struct lysc_node *resolve(struct lyw_elem *elem, const struct lysc_node *parent, const struct ly_ctx *ctx) {
  const struct lys_module *module = parent ? parent->module : NULL;
  const char *colon = memchr(elem->name, ':', elem->name_len);
  if (colon) {
    char *module_name = strndup(elem->name, (size_t)(colon - elem->name));
    module = ly_ctx_get_module_implemented(ctx, module_name);
    free(module_name);
    elem->name_len -= (uint32_t)(colon + 1 - elem->name);
    elem->name = colon + 1;
  }
  if (!module) return NULL;
  return lys_find_child(parent, module, elem->name, elem->name_len, 0, 0);
}

static uint32_t key_total(const struct lysc_node *list) {
  uint32_t count = 0;
  for (const struct lysc_node *key = lysc_node_child(list); key && lysc_is_key(key); key = key->next) count++;
  return count;
}

bool lyw_path_read(struct lyw_path *path, struct lyw_in *in, struct lyw_tree *tree, struct lyw_report *report, int32_t edit_index) {
  path->count = lyw_get_u32(in);
  if (path->count > (size_t)(in->end - in->at) / 8) __builtin_trap();
  path->elems = calloc(path->count + 1, sizeof *path->elems);
  if (!path->elems) __builtin_trap();
  const struct lysc_node *parent = NULL;
  bool good = true;
  for (uint32_t i = 0; i < path->count; i++) {
    struct lyw_elem *elem = &path->elems[i];
    read_elem(elem, in);
    const char *full = elem->name;
    uint32_t full_len = elem->name_len;
    if (!good) continue;
    elem->schema = resolve(elem, parent, tree->context->ctx);
    put_path_text(&path->text, elem, full, full_len);
    if (!elem->schema) {
      report_text(report, "unknown-element", "There is no node \"", full, full_len, "\" here in the model.", path->text.data, edit_index);
      good = false;
    } else if (elem->schema->flags & LYS_CONFIG_R) {
      report_text(report, "operation-not-supported", "\"", full, full_len, "\" is state, which cannot be configured.", path->text.data,
          edit_index);
      good = false;
    } else if (elem->key_count != UINT32_MAX && (elem->schema->nodetype != LYS_LIST || elem->key_count != key_total(elem->schema))) {
      report_text(report, "bad-element", "\"", full, full_len,
          elem->schema->nodetype == LYS_LIST ? "\" has another number of keys." : "\" is not a list and takes no keys.",
          path->text.data, edit_index);
      good = false;
    } else if (elem->key_count == UINT32_MAX && elem->schema->nodetype == LYS_LIST && i + 1 < path->count) {
      report_text(report, "missing-element", "The list \"", full, full_len, "\" needs its keys in this path.", path->text.data, edit_index);
      good = false;
    }
    parent = elem->schema;
  }
  return good;
}

void lyw_path_free(struct lyw_path *path) {
  for (uint32_t i = 0; i < path->count; i++) {
    free(path->elems[i].keys);
    free(path->elems[i].key_lens);
  }
  free(path->elems);
  lyw_buf_free(&path->text);
}

/* Tells which key value is refused, with the whole path of the instance. */
static void report_keys(const struct lyw_path *path, uint32_t index, struct lyw_tree *tree, struct lyw_report *report, int32_t edit_index) {
  const struct lyw_elem *elem = &path->elems[index];
  struct ly_ctx *ctx = tree->context->ctx;
  struct lyw_buf text = {0};
  for (uint32_t i = 0; i <= index; i++) {
    const struct lyw_elem *one = &path->elems[i];
    bool qualified = i == 0 || one->schema->module != path->elems[i - 1].schema->module;
    struct lyw_buf name = {0};
    if (qualified) {
      lyw_put_text(&name, one->schema->module->name);
      lyw_put_u8(&name, ':');
    }
    lyw_put_text(&name, one->schema->name);
    put_path_text(&text, one, name.data, (uint32_t)name.len);
    lyw_buf_free(&name);
  }
  lyw_put_u8(&text, '/');
  size_t len = text.len;
  const struct lysc_node *key = lysc_node_child(elem->schema);
  ly_err_clean(ctx, NULL);
  for (uint32_t i = 0; i < elem->key_count; i++, key = key->next) {
    if (lyd_value_validate(ctx, key, elem->keys[i], elem->key_lens[i], NULL, NULL, NULL) != LY_EVALID) continue;
    text.len = len;
    lyw_put_text(&text, key->name);
    const struct ly_err_item *item = ly_err_last(ctx);
    // No tag: the host chooses it from the message, as for libyang's own records.
    lyw_report_own(report, "", item ? item->apptag : NULL, item ? item->msg : "The key value is refused.", text.data, edit_index);
    ly_err_clean(ctx, NULL);
  }
  lyw_buf_free(&text);
}

bool lyw_path_chain(const struct lyw_path *path, uint32_t count, struct lyd_node **chain, struct lyw_tree *tree,
    struct lyw_report *report, int32_t edit_index) {
  struct lyd_node *parent = NULL;
  for (uint32_t i = 0; i < count; i++) {
    const struct lyw_elem *elem = &path->elems[i];
    LY_ERR ret;
    if (elem->schema->nodetype == LYS_LIST) {
      ret = lyd_new_list3(parent, elem->schema->module, elem->schema->name, elem->keys, elem->key_lens, 0, &chain[i]);
    } else {
      ret = lyd_new_inner(parent, elem->schema->module, elem->schema->name, 0, &chain[i]);
    }
    if (ret) {
      uint32_t before = report->count;
      if (elem->schema->nodetype == LYS_LIST) report_keys(path, i, tree, report, edit_index);
      if (report->count == before) lyw_report_collect(report, tree->context->ctx, path->text.data, edit_index);
      if (report->count == before) lyw_report_own(report, "bad-element", "", "No data can be below this node.", path->text.data, edit_index);
      ly_err_clean(tree->context->ctx, NULL);
      if (parent) lyd_free_tree(chain[0]);
      return false;
    }
    parent = chain[i];
  }
  return true;
}

struct lyd_node *lyw_find(const struct lyw_tree *tree, const struct lyd_node *parent, const struct lyd_node *like) {
  struct lyd_node *siblings = lyw_children(tree, parent);
  struct lyd_node *match = NULL;
  if (!siblings) return NULL;
  if (like->schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) lyd_find_sibling_first(siblings, like, &match);
  else lyd_find_sibling_val(siblings, like->schema, NULL, 0, &match);
  return match;
}
