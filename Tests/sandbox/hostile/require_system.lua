-- expect: runtime module 'os' not found
for _, name in ipairs({ 'string', 'io', 'debug', 'package', '_G', '1' }) do if pcall(require, name) then return {} end end
require('os')
-- module: p.a
return 1
