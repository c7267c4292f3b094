-- expect: runtime module '../../etc/passwd' not found
require('../../etc/passwd')
-- module: p.a
return 1
