"""Sources of a gateway, and requests to them as a library signed them."""

import http.client


def add_source(gateway, name, scheme=None, **fields):
    """Makes a source and returns it; with only a scheme its body becomes one event, `source.<name>`."""
    if scheme:
        fields["verify"] = {"scheme": scheme}
    answer = gateway.api.call("POST", "/v1/sources", {"name": name, **fields})
    assert answer.status == 201, answer
    return answer.json


def send(gateway, source, body, headers, method="POST"):
    """Sends a request to a source, without any key; returns its status and what it answered."""
    connection = http.client.HTTPConnection(gateway.api.host, gateway.api.port, timeout=20)
    try:
        connection.request(method, source["url"], body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def events(gateway, kind):
    """Every stored event of a type, newest first."""
    return list(gateway.api.pages("/v1/events", event=kind))
