-- expect: runtime nested deeper than 128
function transform() return json.decode(('['):rep(100000)) end
