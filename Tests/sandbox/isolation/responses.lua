-- expect: ok {"functions":["response"],"runs":1}
-- entry: describe
-- Nor does running the top level for a description leave anything.
runs = (runs or 0) + 1
return { runs = runs, response = function() end }
