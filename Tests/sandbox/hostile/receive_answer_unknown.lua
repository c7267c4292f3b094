-- expect: result unknown member 'event' of an answer
-- entry: receive
function receive() return {}, {event = 'a.b'} end
