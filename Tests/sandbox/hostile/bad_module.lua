-- expect: result must return a table of functions
return 7
