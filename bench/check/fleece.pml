/*
 * The yardstick model for SPIN, written by hand (models/fleece.ts says what it means).
 *
 *     spin -a -o1 -o2 -o3 -DC=4 -DG=4 -DR=2 -DV=2 fleece.pml
 *
 * Every step is one d_step, and where a process stands is its control location. What is forgotten
 * is set to 0 here, so SPIN's own optimisations have nothing to merge and count the same states
 * with or without them.
 */
#define FRESH 0
#define COPYING 1
#define COPIED 2

byte copy[C];
byte frozen[C];
byte disk[C];
byte cache[C];

#define CHOOSE(c, v) :: d_step { true -> address = c; data = v }
#if V > 2
#define WRITE(c) CHOOSE(c, 1) CHOOSE(c, 2)
#else
#define WRITE(c) CHOOSE(c, 1)
#endif
#define FROM_CACHE(c) :: d_step { copy[c] == COPIED -> address = c } -> goto reading_cache
#define FROM_DISK(c) :: d_step { copy[c] != COPIED -> address = c; frozen[c]++ } -> \
                        goto reading_disk
#define READ(c) FROM_CACHE(c) FROM_DISK(c)

active [G] proctype guest() {
  unsigned address : 2, data : 2, old : 2;
choosing:
  if
  WRITE(0)
#if C > 1
  WRITE(1)
#endif
#if C > 2
  WRITE(2)
#endif
#if C > 3
  WRITE(3)
#endif
  fi;
claiming:
  if
  :: d_step { copy[address] == COPIED -> skip } -> goto draining
  :: d_step { copy[address] == FRESH -> copy[address] = COPYING; old = disk[address] }
  fi;
saving:
  if :: d_step { true -> cache[address] = old; copy[address] = COPIED; old = 0 } fi;
draining:
  if :: d_step { frozen[address] == 0 -> skip } fi;
writing:
  if :: d_step { true -> disk[address] = data; address = 0; data = 0 } fi;
  goto choosing
}

active [R] proctype reader() {
  unsigned address : 2;
choosing:
  if
  READ(0)
#if C > 1
  READ(1)
#endif
#if C > 2
  READ(2)
#endif
#if C > 3
  READ(3)
#endif
  fi;
reading_cache:
  if :: d_step { true -> assert(cache[address] == 0); address = 0 } fi;
  goto choosing;
reading_disk:
  if :: d_step { true -> assert(disk[address] == 0); frozen[address]--; address = 0 } fi;
  goto choosing
}
