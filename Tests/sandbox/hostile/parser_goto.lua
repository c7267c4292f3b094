-- expect: compile no visible label
goto nowhere
