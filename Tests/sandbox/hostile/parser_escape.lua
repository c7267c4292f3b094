-- expect: compile
x = "\u{7FFFFFFFF}"
