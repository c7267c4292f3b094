-- expect: runtime data string too short
function transform() return {a = string.unpack('c9223372036854775807', 'x')} end
