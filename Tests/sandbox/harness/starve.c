// Little memory: every allocation of a call fails in turn, and garbage is collected at each. Whatever a function holds across an
// allocation without Lua knowing of it is then gone, and the sanitizer tells.
#include "harness.h"

static const char busy_script[] =
    "local order = {}\n"
    "function filter(event, ctx) print(event.id, ctx.now) return has_tag(event, 'architecture') end\n"
    "function transform(event, ctx)\n"
    "  local ok, message = pcall(function() local t <close> = setmetatable({}, {__close = function() end}) error({}) end)\n"
    "  for k, v in pairs(event.data) do order[#order + 1] = k .. tostring(v) end\n"
    "  table.sort(order, function(a, b) return a > b end)\n"
    "  local co = coroutine.wrap(function(a) local b = coroutine.yield(a .. a) return b:rep(100) end)\n"
    "  co('x')\n"
    "  local s = co('y'):gsub('y', {y = 'z'}):gsub('(z)(z)', function(a, b) return a:upper() .. b end)\n"
    "  event.data.extra = json.array{1, 2.5, json.null, json.decode(json.encode({a = {}, b = json.array()}))}\n"
    "  event.data.format = string.format('%5.2f %q %s', 1.5, 'a\\nb', {})\n"
    "  event.order = table.concat(order, ',')\n"
    "  event.found = {s:find('Z+')}\n"
    "  return event, {headers = {['X-A'] = 'b'}, method = 'PUT', content_type = 'text/plain'}\n"
    "end\n";

static const char plugin_script[] =
    "local function answer(r) return { status = 201, headers = { ['X-A'] = r.id }, content_type = 'a/b', body = { r.json.id, r.body } } end\n"
    "local part, again = require('p.part'), require('p.part')\n"
    "pcall(require, 'p.broken') pcall(require, 'p.cycle') pcall(require, 'p.none')\n"
    "return {\n"
    "  name = 'p', options = { a = { enum = { 'x', 1.5 } } }, filter = function() return part == again end,\n"
    "  transform = function(event) return part.change(event) end,\n"
    "  response = function(answer, ctx) return answer.event and 'dead', part.name .. ctx.now end,\n"
    "  receive = function(request) if part.name == '' then return nil, 400, 'no' end return { event = request.event, data = request }, answer(request) end,\n"
    "}\n";
static const char part_script[] = "local t = { name = (...) } function t.change(e) e.id = nil e.part = t.name return e end return t";

static const sandbox_module modules[] = {
    {"p.part", "p/part.lua", {part_script, sizeof part_script - 1}},
    {"p.broken", "p/broken.lua", {"error({})", 9}},
    {"p.cycle", "p/cycle.lua", {"return require('p.other')", 25}},
    {"p.other", "p/other.lua", {"return require('p.cycle')", 25}},
};

typedef struct {
  const char *name;
  bool is_plugin, describes;
  sandbox_entry entry;
  sandbox_verdict verdict;
} hungry;

static const hungry calls[] = {
    {"busy", false, false, SANDBOX_STAGE, SANDBOX_JSON},           {"plugin", true, false, SANDBOX_STAGE, SANDBOX_JSON},
    {"response", true, false, SANDBOX_RESPONSE, SANDBOX_JUDGED},   {"receive", true, false, SANDBOX_RECEIVE, SANDBOX_JSON},
    {"describe", true, true, SANDBOX_STAGE, SANDBOX_JSON},
};

static int compile(sandbox *sb, const hungry *h, sandbox_result *result) {
  if (!h->is_plugin) return sandbox_compile(sb, h->name, busy_script, strlen(busy_script), result);
  return sandbox_compile_plugin(sb, h->name, text_of(plugin_script), modules, sizeof modules / sizeof *modules, result);
}

static void run(sandbox *sb, const hungry *h, int script, sandbox_result *result) {
  sandbox_input input = {.event = text_of(slack_event), .original = text_of(slack_event), .context = text_of(slack_context),
                         .body = text_of(slack_event), .json = text_of(slack_event)};
  if (h->describes) {
    sandbox_describe(sb, script, result);
  } else {
    sandbox_run(sb, script, h->entry, &input, result);
  }
}

// Fails the first allocation of a call, then the second, and so on until the call needs no more.
static bool starve_call(const hungry *h) {
  sandbox *sb = NULL;
  sandbox_result result;
  int64_t n = 0;
  bool good = true, done = false;
  for (; good && !done && n < 100000; n++) {
    if (sb == NULL) sb = sandbox_new(&limits);
    int script = compile(sb, h, &result);
    sandbox_fail_allocations_after(sb, n);
    if (script != 0) run(sb, h, script, &result);
    sandbox_fail_allocations_after(sb, -1);
    done = result.verdict == h->verdict;
    good = script != 0 && (done || (result.verdict == SANDBOX_FAILED && result.fault.message.len > 0));
    sandbox_forget(sb, script);
    if (n % 7 == 0 && !done) {
      sandbox_free(sb);
      sb = NULL;
    }
  }
  printf("%s: %lld allocations failed in turn\n", h->name, (long long)n);
  if (!good) print_result(&result);
  sandbox_free(sb);
  return good && done;
}

static bool starve_compiler(const hungry *h) {
  sandbox *sb = sandbox_new(&limits);
  sandbox_result result;
  int script = 0;
  int64_t n = 0;
  for (; script == 0 && n < 10000; n++) {
    sandbox_fail_allocations_after(sb, n);
    script = compile(sb, h, &result);
    sandbox_fail_allocations_after(sb, -1);
    if (script == 0 && result.fault.code != SANDBOX_MEMORY) break;
  }
  printf("%s: %lld allocations of the compiler failed in turn\n", h->name, (long long)n);
  sandbox_free(sb);
  return script != 0;
}

// A call must give the same when garbage is collected at each allocation.
static bool collect_always(const hungry *h) {
  char expected[4096] = "";
  sandbox_result result;
  sandbox *sb = sandbox_new(&limits);
  int script = compile(sb, h, &result);
  run(sb, h, script, &result);
  size_t len = result.body.len < sizeof expected ? result.body.len : 0;
  memcpy(expected, result.body.bytes, len);
  sandbox_forget(sb, script);
  sandbox_collect_at_each_allocation(sb, true);
  script = compile(sb, h, &result);
  run(sb, h, script, &result);
  sandbox_collect_at_each_allocation(sb, false);
  bool good = result.verdict == h->verdict && result.body.len == len && memcmp(result.body.bytes, expected, len) == 0;
  if (!good) print_result(&result);
  sandbox_free(sb);
  return good;
}

int run_starve(void) {
  int failed = 0, count = (int)(sizeof calls / sizeof *calls);
  for (int i = 0; i < count; i++) failed += !(starve_call(&calls[i]) && starve_compiler(&calls[i]) && collect_always(&calls[i]));
  printf("%d calls with little memory, %d failed\n", count, failed);
  return failed > 0;
}
