// Parses the JSON of an edit into scratch nodes. A text that is too long for one call of libyang is taken apart: at its members and entries.
#include "edit.h"

#include <stdlib.h>
#include <string.h>

#include "in_internal.h"
#include "ly_common.h"
#include "parser_internal.h"
#include "tree_data_internal.h"

/* A value up to this size is read again in one call when it turns out to be no proper JSON for the model. */
#define LYW_AGAIN (1u << 20)

enum { NOTHING, VALUE, COMMA };

struct lyw_frame {
  bool array;
  const struct lysc_node *schema; /* array: the list; object: the node whose members these are, or NULL */
  struct lyd_node *parent;        /* scratch node that the members or entries belong to */
  const char *name;               /* array: the member's name with its quotes */
  size_t name_len;
  const char *taken; /* object: short members before this place were read with the node itself */
};

#define LYW_PARSE_OPTIONS (LYD_PARSE_ONLY | LYD_PARSE_STRICT | LYD_PARSE_NO_STATE)

static struct ly_ctx *context_of(const struct lyw_parse *parse) {
  return parse->holder->context->ctx;
}

/* What libyang accepts beside refused values is kept. */
static void take_result(struct lyw_parse *parse, LY_ERR ret) {
  if (!ret) return;
  const struct ly_err_item *last = ly_err_last(context_of(parse));
  parse->refused = true;
  if (ret != LY_EVALID || !last) parse->failed = true;
  parse->broken = parse->failed || last->vecode == LYVE_SYNTAX || last->vecode == LYVE_SYNTAX_JSON;
  lyw_report_collect(parse->report, context_of(parse), parse->path, parse->edit_index);
}

/* `about`: libyang's messages name the instance below which the value is read. */
static void read_text(struct lyw_parse *parse, struct lyd_node *about, struct lyd_node *parent, struct lyd_node **first, const char *json) {
  struct ly_in *in = NULL;
  struct lyd_ctx *lydctx = NULL;
  struct ly_set parsed = {0};
  ly_bool sibling = 0;
  if (ly_in_new_memory(json, &in)) __builtin_trap();
  in->func_start = in->current;
  if (about) LOG_LOCSET(NULL, about);
  LY_ERR ret = lyd_parse_json(context_of(parse), NULL, parent, first, in, LYW_PARSE_OPTIONS, LYD_VALIDATE_MULTI_ERROR,
      LYD_INTOPT_WITH_SIBLINGS, &parsed, &sibling, &lydctx);
  if (about) LOG_LOCBACK(0, 1);
  if (lydctx) lydctx->free(lydctx);
  ly_set_erase(&parsed, NULL);
  ly_in_free(in, 0);
  take_result(parse, ret);
}

/* Long lists at the top level are found by the table of the holder. */
static void read_below(struct lyw_parse *parse, struct lyd_node *parent, const char *json) {
  if (parent) {
    read_text(parse, parent, parent, lyd_node_child_p(parent), json);
    return;
  }
  struct lyw_tree *holder = parse->holder;
  lyw_top_use(holder);
  lyw_top_load(true);
  read_text(parse, NULL, NULL, &holder->root, json);
  lyw_top_load(false);
  if (holder->root) holder->root = lyd_first_sibling(holder->root);
}

void lyw_parse_whole(struct lyw_parse *parse, struct lyd_node *parent, struct lyd_node **first, const char *json) {
  read_text(parse, parent, parent, first, json);
}

static const char *skip_space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  return at;
}

/* Behind the closing quote, or NULL at the limit. */
static const char *skip_string(const char *at, const char *limit) {
  for (at++; at < limit; at++) {
    if (*at == '"') return at + 1;
    if (*at == '\\') at++;
  }
  return NULL;
}

/* Behind the value, or NULL when it does not end before the limit. */
static const char *skip_value(const char *at, const char *limit) {
  int depth = 0;
  while (at < limit) {
    switch (*at) {
    case '"':
      at = skip_string(at, limit);
      if (!at) return NULL;
      if (!depth) return at;
      continue;
    case '{':
    case '[':
      depth++;
      break;
    case '}':
    case ']':
      if (!depth) return at;
      if (!--depth) return at + 1;
      break;
    case ',':
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      if (!depth) return at;
      break;
    default:
      break;
    }
    at++;
  }
  return NULL;
}

static const char *limit_of(const struct lyw_parse *parse, const char *at) {
  return (size_t)(parse->end - at) > parse->piece ? at + parse->piece : parse->end;
}

static struct lyw_frame *top_of(struct lyw_parse *parse) {
  return &parse->frames[parse->frame_count - 1];
}

static void push(struct lyw_parse *parse, struct lyw_frame frame) {
  parse->frames = lyw_grow(parse->frames, &parse->frame_cap, parse->frame_count + 1, sizeof *parse->frames);
  parse->frames[parse->frame_count++] = frame;
  parse->before_this = NOTHING;
}

static void begin_text(struct lyw_buf *text, const struct lyw_frame *frame) {
  lyw_put_u8(text, '{');
  if (!frame->array) return;
  lyw_put(text, frame->name, frame->name_len);
  lyw_put_text(text, ":[");
}

static void gather(struct lyw_parse *parse, const char *from, const char *to) {
  if (parse->gathered++) lyw_put_u8(&parse->text, ',');
  else begin_text(&parse->text, top_of(parse));
  lyw_put(&parse->text, from, (size_t)(to - from));
}

static void flush(struct lyw_parse *parse) {
  if (!parse->gathered) return;
  const struct lyw_frame *frame = top_of(parse);
  lyw_put_text(&parse->text, frame->array ? "]}" : "}");
  read_below(parse, frame->parent, parse->text.data);
  parse->tree->left -= (int64_t)(parse->text.len / 8 + 8);
  parse->text.len = 0;
  parse->gathered = 0;
}

/* The whole text in one call: it is short, or it cannot be taken apart. */
static void read_again(struct lyw_parse *parse) {
  if (parse->parent) {
    lyd_free_siblings(lyd_child_no_keys(parse->parent));
  } else {
    lyw_top_free(parse->holder);
    lyd_free_all(parse->holder->root);
    parse->holder->root = NULL;
  }
  parse->report->buf.len = parse->before.buf.len;
  parse->report->count = parse->before.count;
  parse->refused = parse->broken = parse->failed = false;
  parse->text.len = parse->gathered = 0;
  parse->frame_count = 0;
  ly_err_clean(context_of(parse), NULL);
  read_below(parse, parse->parent, parse->json);
  parse->tree->left -= (parse->end - parse->json) / 8;
}

static const struct lysc_node *find_member(const struct lyw_parse *parse, const struct lysc_node *parent, const char *name, size_t len) {
  const struct lys_module *module = parent ? parent->module : NULL;
  const char *colon = memchr(name, ':', len);
  if (memchr(name, '\\', len)) return NULL;
  if (colon) {
    char *module_name = strndup(name, (size_t)(colon - name));
    module = ly_ctx_get_module_implemented(context_of(parse), module_name);
    free(module_name);
    len -= (size_t)(colon + 1 - name);
    name = colon + 1;
  }
  return module && len ? lys_find_child(parent, module, name, len, 0, 0) : NULL;
}

/* Makes the container or entry itself from its short members; NULL: it is refused. */
static struct lyd_node *read_node(struct lyw_parse *parse, const struct lyw_frame *frame, const struct lysc_node *schema, const char *text) {
  struct lyd_node *bare = NULL, *first = NULL;
  if (frame->parent && lyd_create_inner(frame->parent->schema, &bare)) __builtin_trap();
  lyw_top_use(NULL);
  read_text(parse, frame->parent, bare, bare ? lyd_node_child_p(bare) : &first, text);
  struct lyd_node *node = bare ? lyd_child(bare) : first;
  bool usable = node && node->schema == schema && !node->next;
  if (usable) lyd_unlink(node);
  lyd_free_tree(bare);
  if (!usable) {
    if (!bare) lyd_free_all(first);
    return NULL;
  }
  if (frame->parent) {
    lyd_insert_node(frame->parent, NULL, node, LYD_INSERT_NODE_DEFAULT);
    return node;
  }
  struct lyw_tree *holder = parse->holder;
  lyw_top_use(holder);
  lyw_top_load(true);
  lyd_insert_node(NULL, &holder->root, node, LYD_INSERT_NODE_DEFAULT);
  lyw_top_load(false);
  holder->root = lyd_first_sibling(holder->root);
  return node;
}

struct member {
  const char *name; /* with quotes */
  size_t name_len;
  const char *value;
};

/* False: this is no member. */
static bool read_member(const struct lyw_parse *parse, const char *at, struct member *member) {
  const char *end = *at == '"' ? skip_string(at, parse->end) : NULL;
  if (!end) return false;
  member->name = at;
  member->name_len = (size_t)(end - at);
  at = skip_space(end);
  if (*at != ':') return false;
  member->value = skip_space(at + 1);
  return true;
}

/* Metadata belong to a member beside them. */
static bool stays_whole(const struct lyw_parse *parse, const struct member *member) {
  return member->name[1] == '@' && (size_t)(parse->end - parse->json) <= LYW_AGAIN;
}

static bool is_key_name(const struct lysc_node *list, const struct member *member) {
  const char *name = member->name + 1, *colon = memchr(name, ':', member->name_len - 2);
  size_t len = member->name_len - 2;
  if (colon) len -= (size_t)(colon + 1 - name), name = colon + 1;
  for (const struct lysc_node *key = lysc_node_child(list); key && lysc_is_key(key); key = key->next) {
    if (strlen(key->name) == len && strncmp(key->name, name, len) == 0) return true;
  }
  return false;
}

static size_t count_keys(const struct lysc_node *list) {
  size_t count = 0;
  for (const struct lysc_node *key = lysc_node_child(list); key && lysc_is_key(key); key = key->next) count++;
  return count;
}

/*
 * Puts the short members that make the node. `to`: where its first long member begins; `taken`: the short members before this place
 * are among those that were put. False: the JSON is not as expected.
 */
static bool gather_head(const struct lyw_parse *parse, const struct lysc_node *schema, const char *at, struct lyw_buf *text, const char **to,
    const char **taken) {
  size_t lacking = schema->nodetype == LYS_LIST ? count_keys(schema) : 0;
  bool any = false;
  *to = NULL;
  for (at = skip_space(at + 1); *at != '}';) {
    struct member member;
    if (!read_member(parse, at, &member) || stays_whole(parse, &member)) return false;
    const char *end = skip_value(member.value, limit_of(parse, member.value));
    if (end) {
      if (lacking && is_key_name(schema, &member)) lacking--;
      if (any) lyw_put_u8(text, ',');
      lyw_put(text, at, (size_t)(end - at));
      any = true;
    } else {
      if (!*to) *to = at;
      if (!lacking) break;
      // The keys come after it.
      end = skip_value(member.value, parse->end);
      if (!end) return false;
    }
    at = skip_space(end);
    if (*at == ',') {
      at = skip_space(at + 1);
      if (*at == '}') return false;
    } else if (*at != '}') {
      return false;
    }
    if (*to && !lacking) break;
  }
  if (!*to) *to = at;
  *taken = at;
  return true;
}

/* Takes a long container or entry apart. False: it must be read in one call. */
static bool open_object(struct lyw_parse *parse, const struct lysc_node *schema, const struct member *member, const char *value) {
  struct lyw_frame frame = *top_of(parse);
  struct lyw_buf text = {0};
  size_t len = parse->report->buf.len;
  uint32_t count = parse->report->count;
  bool refused = parse->refused, broken = parse->broken, failed = parse->failed;
  const char *to = NULL, *taken = NULL;
  lyw_put_u8(&text, '{');
  lyw_put(&text, member->name, member->name_len);
  lyw_put_text(&text, schema->nodetype == LYS_LIST ? ":[{" : ":{");
  bool good = gather_head(parse, schema, value, &text, &to, &taken);
  lyw_put_text(&text, schema->nodetype == LYS_LIST ? "}]}" : "}}");
  struct lyd_node *node = good ? read_node(parse, &frame, schema, text.data) : NULL;
  lyw_buf_free(&text);
  if (!node) {
    parse->report->buf.len = len;
    parse->report->count = count;
    parse->refused = refused;
    parse->broken = broken;
    parse->failed = failed;
    return false;
  }
  push(parse, (struct lyw_frame){false, schema, node, NULL, 0, taken});
  parse->at = to;
  return true;
}

/* A value that one call would read too long. False: the JSON is not as expected. */
static bool take_long(struct lyw_parse *parse, const struct member *member, const char *from, const char *value) {
  const struct lyw_frame *frame = top_of(parse);
  const struct lysc_node *schema = frame->array ? frame->schema : find_member(parse, frame->schema, member->name + 1, member->name_len - 2);
  flush(parse);
  if (schema && !frame->array && schema->nodetype & (LYS_LIST | LYS_LEAFLIST) && *value == '[') {
    push(parse, (struct lyw_frame){true, schema, frame->parent, member->name, member->name_len, NULL});
    parse->at = value + 1;
    return true;
  }
  bool object = schema && *value == '{' && schema->nodetype == (frame->array ? LYS_LIST : LYS_CONTAINER);
  if (object && open_object(parse, schema, member, value)) return true;
  const char *end = skip_value(value, parse->end);
  if (!end) return false;
  gather(parse, from, end);
  flush(parse);
  parse->at = end;
  return true;
}

/* One member or entry. False: the JSON is not as expected. */
static bool take_next(struct lyw_parse *parse) {
  const struct lyw_frame *frame = top_of(parse);
  struct member member = {frame->name, frame->name_len, NULL};
  const char *from = parse->at, *value = from;
  if (!frame->array) {
    if (!read_member(parse, from, &member)) return false;
    value = member.value;
    if (stays_whole(parse, &member)) return false;
  }
  const char *end = skip_value(value, limit_of(parse, value));
  if (!end) return take_long(parse, &member, from, value);
  if (end == value) return false;
  if (from >= frame->taken) gather(parse, from, end);
  parse->at = end;
  if (parse->text.len >= parse->piece) flush(parse);
  return true;
}

/* One step through the text. False: it is not as expected. */
static bool advance(struct lyw_parse *parse) {
  const struct lyw_frame *frame = top_of(parse);
  parse->at = skip_space(parse->at);
  if (*parse->at == (frame->array ? ']' : '}')) {
    if (parse->before_this == COMMA) return false;
    flush(parse);
    parse->frame_count--;
    parse->at++;
    parse->before_this = VALUE;
    return true;
  }
  if (*parse->at == ',') {
    if (parse->before_this != VALUE) return false;
    parse->at++;
    parse->before_this = COMMA;
    return true;
  }
  if (parse->before_this == VALUE) return false;
  size_t depth = parse->frame_count;
  if (!take_next(parse)) return false;
  if (parse->frame_count == depth) parse->before_this = VALUE;
  return true;
}

void lyw_parse_begin(struct lyw_parse *parse, const char *json, size_t len) {
  parse->json = json;
  parse->end = json + len;
  parse->at = skip_space(json);
  parse->before.buf.len = parse->report->buf.len;
  parse->before.count = parse->report->count;
  if (len <= parse->piece || *parse->at != '{') {
    read_below(parse, parse->parent, json);
    parse->tree->left -= (int64_t)(len / 8 + 8);
    return;
  }
  push(parse, (struct lyw_frame){false, parse->parent ? parse->parent->schema : NULL, parse->parent, NULL, 0, NULL});
  parse->at++;
}

bool lyw_parse_step(struct lyw_parse *parse) {
  while (parse->frame_count) {
    if (parse->tree->left <= 0) return false;
    parse->tree->left--;
    bool good = advance(parse);
    bool odd = parse->broken && (size_t)(parse->end - parse->json) <= LYW_AGAIN;
    if (!good || odd) read_again(parse);
  }
  return true;
}

void lyw_parse_end(struct lyw_parse *parse) {
  if (parse->refused && parse->report->count == parse->before.count) {
    lyw_report_own(parse->report, "malformed-message", "", "The JSON value cannot be read.", parse->path, parse->edit_index);
  }
  lyw_buf_free(&parse->text);
  free(parse->frames);
  parse->frames = NULL;
}
