-- expect: compile script:1:
x = = 1
