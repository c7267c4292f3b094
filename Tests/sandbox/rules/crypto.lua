-- Published vectors: FIPS 180-4 examples, RFC 4231, RFC 2202, RFC 9562.
check(crypto.sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
check(crypto.sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
check(crypto.sha256(("a"):rep(1000000)), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
check(crypto.sha256("abc", "base64"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
check(#crypto.sha256("abc", "raw"), 32)

local key, data = ("\x0b"):rep(20), "Hi There"
check(crypto.hmac("sha256", key, data), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
check(crypto.hmac("sha512", key, data),
  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854")
check(crypto.hmac("sha1", key, data), "b617318655057264e28bc0b6fb378c8ef146be00")
check(crypto.hmac("sha256", ("\xaa"):rep(131), "Test Using Larger Than Block-Size Key - Hash Key First"),
  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
check(crypto.hmac("sha256", ("\xaa"):rep(20), ("\xdd"):rep(50)), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
check(crypto.hmac("sha1", "Jefe", "what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
check(crypto.hmac("sha256", "", ""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
check(hex.encode(crypto.hmac("sha256", "Jefe", "what do ya want for nothing?", "raw")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
fails('crypto.hmac: algorithm must be "sha1", "sha256" or "sha512", not "md5"', crypto.hmac, "md5", "", "")
fails('crypto.hmac: form must be "hex", "base64" or "raw", not "HEX"', crypto.hmac, "sha1", "", "", "HEX")
fails("crypto.hmac: key must be a string, not nil", crypto.hmac, "sha1")

check(crypto.equals("", ""), true)
check(crypto.equals("a\0b", "a\0c"), false)
check(crypto.equals("a\0b", "a\0b"), true)
fails("crypto.equals: b must be a string, not nil", crypto.equals, "a")

local u = uuid_from("")
check(#u, 36)
check(u:sub(15, 15), "5")
check(u:find("^%x+%-%x+%-5%x+%-[89ab]%x+%-%x+$") ~= nil, true)
check(uuid_from("a") == uuid_from("a"), true)
check(uuid_from("a") == uuid_from("b"), false)
