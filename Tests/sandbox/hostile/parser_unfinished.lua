-- expect: compile
x = [==[ never closed ]=]
