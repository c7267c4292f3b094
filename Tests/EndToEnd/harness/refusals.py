"""What every refusal looks like."""


def check(strict, answer, statuses, field=None, word=None):
    """The error's shape is the same for all of them."""
    statuses = statuses if isinstance(statuses, tuple) else (statuses,)
    assert answer.status in statuses, answer
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.error["code"] and answer.error["message"] and answer.json["detail"] == answer.error["message"], answer
    if field:
        named = answer.error.get("field") or ""
        assert named.split(".")[0].split("[")[0] == field, answer
    for part in (field, word):
        if part:
            assert part.lower() in answer.error["message"].lower(), answer
    assert strict.running
