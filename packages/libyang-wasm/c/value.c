// Canonical texts of values, arrays, keys and paths, as they stand in rows.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

void lyw_put_value(struct lyw_buf *buf, const struct ly_ctx *ctx, const struct lyd_value *value) {
  const struct lyd_value *real = value;
  while (real->realtype->basetype == LY_TYPE_UNION) real = &real->subvalue->value;
  const char *text = lyd_value_get_canonical(ctx, real);
  switch (real->realtype->basetype) {
  case LY_TYPE_INT8:
  case LY_TYPE_INT16:
  case LY_TYPE_INT32:
  case LY_TYPE_UINT8:
  case LY_TYPE_UINT16:
  case LY_TYPE_UINT32:
  case LY_TYPE_BOOL:
    lyw_put_text(buf, text);
    break;
  case LY_TYPE_EMPTY:
    lyw_put_text(buf, "[null]");
    break;
  default:
    lyw_put_json_string(buf, text);
  }
}

void lyw_put_any(struct lyw_buf *buf, const struct lyd_node *node) {
  char *text = NULL;
  if (lyd_print_mem(&text, node, LYD_JSON, LYD_PRINT_SHRINK) || !text) __builtin_trap();
  // {"module:name":<value>} and a line end, perhaps.
  size_t len = strlen(text);
  while (len && text[len - 1] != '}') len--;
  char *colon = strstr(text, "\":");
  if (colon && len) lyw_put(buf, colon + 2, (size_t)(text + len - 1 - (colon + 2)));
  free(text);
}

static bool is_entry(const struct lyd_node *node, const struct lysc_node *schema) {
  return node && node->schema == schema;
}

bool lyw_put_leaf_list(struct lyw_buf *buf, const struct lyd_node *first, const struct lysc_node *schema) {
  struct lyd_node *entry = NULL;
  bool any = false;
  if (first) lyd_find_sibling_val(first, schema, NULL, 0, &entry);
  for (; is_entry(entry, schema); entry = entry->next) {
    if (entry->flags & LYD_DEFAULT) continue;
    lyw_put_u8(buf, any ? ',' : '[');
    lyw_put_value(buf, schema->module->ctx, &((struct lyd_node_term *)entry)->value);
    any = true;
  }
  if (any) lyw_put_u8(buf, ']');
  return any;
}

void lyw_put_keys(struct lyw_buf *buf, const struct lyd_node *entry) {
  size_t at = buf->len;
  uint32_t count = 0;
  lyw_put_u32(buf, 0);
  for (const struct lyd_node *key = lyd_child(entry); key && lysc_is_key(key->schema); key = key->next) {
    lyw_put_str(buf, lyd_get_value(key));
    count++;
  }
  memcpy(buf->data + at, &count, 4);
}

bool lyw_put_order(struct lyw_buf *buf, const struct lyd_node *first, const struct lysc_node *schema) {
  struct lyd_node *entry = NULL;
  if (first) lyd_find_sibling_val(first, schema, NULL, 0, &entry);
  if (!entry) return false;
  size_t at = buf->len;
  uint32_t count = 0;
  lyw_put_u32(buf, 0);
  for (; is_entry(entry, schema); entry = entry->next, count++) lyw_put_keys(buf, entry);
  memcpy(buf->data + at, &count, 4);
  return true;
}

static void put_name(struct lyw_buf *buf, const struct lyd_node *parent, const struct lysc_node *schema) {
  if (parent && parent->schema->module == schema->module) {
    lyw_put_str(buf, schema->name);
    return;
  }
  size_t module_len = strlen(schema->module->name);
  size_t name_len = strlen(schema->name);
  lyw_put_u32(buf, (uint32_t)(module_len + 1 + name_len));
  lyw_put(buf, schema->module->name, module_len);
  lyw_put_u8(buf, ':');
  lyw_put(buf, schema->name, name_len);
}

static uint32_t put_elements(struct lyw_buf *buf, const struct lyd_node *node) {
  struct lyd_node *parent = lyw_parent(node);
  uint32_t count = parent ? put_elements(buf, parent) : 0;
  put_name(buf, parent, node->schema);
  if (node->schema->nodetype == LYS_LIST) lyw_put_keys(buf, node);
  else lyw_put_u32(buf, UINT32_MAX);
  return count + 1;
}

uint32_t lyw_put_path(struct lyw_buf *buf, const struct lyd_node *node) {
  size_t at = buf->len;
  lyw_put_u32(buf, 0);
  uint32_t count = node ? put_elements(buf, node) : 0;
  memcpy(buf->data + at, &count, 4);
  return count;
}

void lyw_put_last_name(struct lyw_buf *buf, const struct lyd_node *parent, const struct lysc_node *schema) {
  put_name(buf, parent, schema);
  lyw_put_u32(buf, UINT32_MAX);
}
