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

/// A source that checks a token and makes one event of a request.
private enum SourceTemplate {
  static let files = [(name: "plugin.lua", text: plugin), (name: "README.md", text: readme), (name: "cases.json", text: cases)]

  private static let plugin = #"""
    -- Makes one event of each request that carries the token.
    -- Example Input:  {"method":"POST","headers":{"x-token":"s3cret"},"body":"{\"title\":\"Disk full\"}"}
    -- Example Output: [{"event":"alert.received","data":{"title":"Disk full"}}]

    return {
      name = "NAME",
      version = "0.1.0",
      summary = "Makes one event of each request that carries the token.",
      kind = "source",
      options = {
        token = { type = "string", secret = true, required = true, min = 1, description = "What the header X-Token must hold." },
        event = { type = "string", default = "alert.received", description = "The type of the events." },
      },

      -- Returns events, or nil with the status and the message to answer with.
      receive = function(request, ctx)
        local token = request.headers["x-token"] or ""
        if not crypto.equals(token, ctx.options.token) then
          return nil, 401, "the token is missing or wrong"
        end
        local ok, data = pcall(json.decode, request.body)
        if not ok or type(data) ~= "table" then
          return nil, 400, "the body must be a JSON object"
        end
        return { { event = ctx.options.event, data = data } }
      end,
    }

    """#

  private static let readme = #"""
    # NAME

    Makes one event of each request that carries the token.

    | option | type | default | meaning |
    |---|---|---|---|
    | `token` | string, secret | required | What the header X-Token must hold. |
    | `event` | string | `alert.received` | The type of the events. |

    `receive` runs in `cases.json` today; the gateway does not serve sources over HTTP yet.

    Input:

    ```http
    POST /alerts HTTP/1.1
    X-Token: s3cret

    {"title": "Disk full"}
    ```

    Output:

    ```json
    [{"event": "alert.received", "data": {"title": "Disk full"}}]
    ```

    A request without the token is answered with 401, one whose body is not a JSON object with 400.

    ```sh
    tidehook plugins test NAME
    ```

    """#

  private static let cases = #"""
    [
      {
        "name": "a request with the token becomes an event",
        "options": {"token": "s3cret"},
        "request": {"method": "POST", "path": "/alerts", "headers": {"x-token": "s3cret"}, "body": "{\"title\":\"Disk full\"}"},
        "expect": {"events": [{"event": "alert.received", "data": {"title": "Disk full"}}]}
      },
      {
        "name": "a wrong token is refused",
        "options": {"token": "s3cret"},
        "request": {"method": "POST", "path": "/alerts", "headers": {"x-token": "guess"}, "body": "{}"},
        "expect": {"status": 401, "message": "token"}
      },
      {
        "name": "a body that is no JSON object is refused",
        "options": {"token": "s3cret"},
        "request": {"method": "POST", "path": "/alerts", "headers": {"x-token": "s3cret"}, "body": "hello"},
        "expect": {"status": 400, "message": "JSON object"}
      }
    ]

    """#
}
