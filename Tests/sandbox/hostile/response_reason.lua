-- expect: result the reason of a judgement
-- entry: response
function response() return 'dead', print end
