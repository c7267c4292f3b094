-- expect: runtime nil value
function transform() error() end
