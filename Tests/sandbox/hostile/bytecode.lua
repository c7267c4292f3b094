-- expect: compile binary chunk
Lua
