-- expect: runtime modules require each other: p.a -> p.b -> p.a
require('p.a')
-- module: p.a
return require('p.b')
-- module: p.b
return require('p.a')
