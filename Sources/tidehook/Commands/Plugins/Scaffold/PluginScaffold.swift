// The files that a new plugin starts with: small, complete, and with cases that pass.

/// A folder's worth of files.
struct PluginScaffold {
  /// The files, each with its name below the plugin's folder.
  let files: [(name: String, text: String)]

  /// The files of a plugin called `name`, which must be a plugin's name.
  init(name: String, kind: Kind) {
    let templates =
      switch kind {
      case .stage: StageTemplate.files
      case .source: SourceTemplate.files
      }
    files = templates.map { ($0.name, $0.text.replacing("NAME", with: name)) }
  }

  /// What a plugin is for, as its manifest says.
  enum Kind: String, CaseIterable {
    /// It runs in a webhook's pipeline.
    case stage
    /// It reads requests from outside.
    case source
  }
}

/// A stage that filters by a tag and makes one line of text.
private enum StageTemplate {
  static let files = [(name: "plugin.lua", text: plugin), (name: "README.md", text: readme), (name: "cases.json", text: cases)]

  private static let plugin = #"""
    -- Sends one line of text for each event that carries a tag.
    -- Example Input:  {"event":"memory.created","data":{"content":"Use Redis","tags":["architecture"]}}
    -- Example Output: {"text":"memory.created: Use Redis"}

    return {
      name = "NAME",
      version = "0.1.0",
      summary = "Sends one line of text for each event that carries a tag.",
      kind = "stage",
      options = {
        tag = { type = "string", min = 1, description = "Only events with this tag go on; without it, all of them." },
        limit = { type = "integer", default = 200, min = 10, max = 4000, description = "The most characters that the text may have." },
      },

      -- true lets the event go on; false and a reason drop it.
      filter = function(event, ctx)
        local tag = ctx.options.tag
        if tag and not has_tag(event, tag) then
          return false, "no tag " .. tag
        end
        return true
      end,

      -- What is returned is the body that is sent, or what the next stage gets as its event.
      transform = function(event, ctx)
        local content = path.get(event, "data.content", "")
        return { text = text.truncate(event.event .. ": " .. content, ctx.options.limit) }
      end,
    }

    """#

  private static let readme = #"""
    # NAME

    Sends one line of text for each event that carries a tag.

    | option | type | default | meaning |
    |---|---|---|---|
    | `tag` | string | | Only events with this tag go on; without it, all of them. |
    | `limit` | integer | 200 | The most characters that the text may have. |

    Input:

    ```json
    {"event": "memory.created", "data": {"content": "Use Redis", "tags": ["architecture"]}}
    ```

    Output with `{"tag": "architecture"}`:

    ```json
    {"text": "memory.created: Use Redis"}
    ```

    An event without the tag is dropped: `no tag architecture`.

    ```sh
    tidehook plugins test NAME
    tidehook webhooks add https://example.com/hook --plugin NAME --options '{"tag": "architecture"}'
    ```

    """#

  private static let cases = #"""
    [
      {
        "name": "an event with the tag becomes a line of text",
        "options": {"tag": "architecture"},
        "event": {"event": "memory.created", "data": {"content": "Use Redis", "tags": ["architecture"]}},
        "expect": {"body": {"text": "memory.created: Use Redis"}}
      },
      {
        "name": "an event without the tag is dropped",
        "options": {"tag": "architecture"},
        "event": {"event": "memory.created", "data": {"content": "Lunch at noon", "tags": ["food"]}},
        "expect": {"drop": "no tag architecture"}
      },
      {
        "name": "a long text is cut",
        "options": {"limit": 20},
        "event": {"event": "memory.created", "data": {"content": "A sentence of many words"}},
        "expect": {"body": {"text": "memory.created: A s…"}}
      },
      {
        "name": "a limit must be a whole number",
        "options": {"limit": "long"},
        "event": {"data": {}},
        "expect": {"options_error": "limit"}
      }
    ]

    """#
}

/// A source that makes one event of a request, with the type that it names.
private enum SourceTemplate {
  static let files = [(name: "plugin.lua", text: plugin), (name: "README.md", text: readme), (name: "cases.json", text: cases)]

  private static let plugin = #"""
    -- Makes one event of each request, with the type that it names.
    -- Example Input:  {"method":"POST","body":"{\"id\":\"a1\",\"kind\":\"disk_full\",\"title\":\"Disk full\"}"}
    -- Example Output: [{"event":"alert.disk_full","data":{"id":"a1","kind":"disk_full","title":"Disk full"}}]
    return {
      name = "NAME",
      version = "0.1.0",
      summary = "Makes one event of each request, with the type that it names.",
      kind = "source",
      -- How a request proves that it is genuine: the header holds the source's secret. Sources may say otherwise.
      verify = { scheme = "api-key", header = "X-Token" },
      -- How a repeat is recognised.
      dedupe = { path = "id" },
      options = {
        prefix = { type = "string", default = "alert", min = 1, description = "What stands before the types of the events." },
      },

      -- Returns events, optionally with an answer; or nil with the status and the message to answer with.
      receive = function(request, ctx)
        local data = request.json
        if type(data) ~= "table" or type(data.kind) ~= "string" then return nil, 400, "expected a JSON object with a kind" end
        if data.kind == "test" then return nil, 200, { ok = true } end
        -- The sender's id is how a repeat is recognised; the source's before it keeps two sources apart.
        local id = type(data.id) == "string" and ctx.source.id .. ":" .. data.id or nil
        return { id = id, event = ctx.options.prefix .. "." .. data.kind, data = data }
      end,
    }

    """#

  private static let readme = #"""
    # NAME

    Makes one event of each request, with the type that it names.

    | option | type | default | meaning |
    |---|---|---|---|
    | `prefix` | string | `alert` | What stands before the types of the events. |

    Input:

    ```http
    POST /in/src_… HTTP/1.1
    X-Token: s3cret

    {"id": "a1", "kind": "disk_full", "title": "Disk full"}
    ```

    Output:

    ```json
    [{"event": "alert.disk_full", "data": {"id": "a1", "kind": "disk_full", "title": "Disk full"}}]
    ```

    A request of the kind `test` is answered with `{"ok":true}` and is no event. One without a kind, or whose body is not a JSON object, is refused with 400.

    ```sh
    tidehook plugins test NAME
    tidehook sources add NAME --plugin NAME --secret a-long-secret-of-your-own
    ```

    """#

  private static let cases = #"""
    [
      {
        "name": "a request becomes an event with the type that it names",
        "request": {"json": {"id": "a1", "kind": "disk_full", "title": "Disk full"}},
        "expect": {
          "events": [
            {
              "id": "src_00000000000000000000000001:a1",
              "event": "alert.disk_full",
              "data": {"id": "a1", "kind": "disk_full", "title": "Disk full"}
            }
          ]
        }
      },
      {
        "name": "the prefix can be chosen",
        "options": {"prefix": "ops"},
        "request": {"json": {"kind": "disk_full"}},
        "expect": {"events": [{"event": "ops.disk_full", "data": {"kind": "disk_full"}}]}
      },
      {
        "name": "a test is answered, and is no event",
        "request": {"json": {"kind": "test"}},
        "expect": {"answer": {"status": 200, "body": {"ok": true}}}
      },
      {
        "name": "a request without a kind is refused",
        "request": {"json": {"title": "Disk full"}},
        "expect": {"status": 400, "message": "kind"}
      },
      {
        "name": "a body that is no JSON object is refused",
        "request": {"body": "hello"},
        "expect": {"status": 400, "message": "JSON object"}
      }
    ]

    """#
}
