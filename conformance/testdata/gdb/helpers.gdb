# What the sessions use besides gdb's own commands.
set width 0
set height 0
set confirm off
set style enabled off
set logging file /dev/null
set logging redirect on

define steps-into
  set $n = 0
  set $steps_into = 0
  set logging enabled on
  while $n < $arg0
    stepi
    if $pc >= (long) &$arg1 && $pc < (long) &$arg2
      set $steps_into = $steps_into + 1
    end
    set $n = $n + 1
  end
  set logging enabled off
  print $steps_into
end
document steps-into
steps-into COUNT FROM TO: make COUNT steps, and print how many end between two symbols.
end
