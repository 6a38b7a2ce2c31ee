-- The yardstick model for Rumur, written by hand (models/fleece.ts says what it means).
--
-- CLUSTERS, GUESTS, READERS and VALUES are replaced by numbers before Rumur reads this, and KIND(n)
-- by scalarset(n), which Rumur reduces by symmetry, or by the plain range 0 .. n - 1.

type
  Cluster: KIND(CLUSTERS);
  GuestId: KIND(GUESTS);
  ReaderId: KIND(READERS);
  Value: 0 .. VALUES - 1;

var
  copy: array [Cluster] of enum { fresh, copying, copied };
  frozen: array [Cluster] of 0 .. READERS;
  disk: array [Cluster] of Value;
  cache: array [Cluster] of Value;
  guests: array [GuestId] of record
    state: enum { idle, claiming, saving, draining, writing };
    address: Cluster;
    data: Value;
    old: Value;
  end;
  readers: array [ReaderId] of record
    state: enum { resting, readingCache, readingDisk };
    address: Cluster;
  end;

startstate begin
  for c: Cluster do
    copy[c] := fresh;
    frozen[c] := 0;
    disk[c] := 0;
    cache[c] := 0;
  end;
  for g: GuestId do
    guests[g].state := idle;
    undefine guests[g].address;
    undefine guests[g].data;
    undefine guests[g].old;
  end;
  for r: ReaderId do
    readers[r].state := resting;
    undefine readers[r].address;
  end;
end;

ruleset g: GuestId do
  alias guest: guests[g] do

    ruleset c: Cluster; v: 1 .. VALUES - 1 do
      rule "choose" guest.state = idle ==> begin
        guest.state := claiming;
        guest.address := c;
        guest.data := v;
      end;
    end;

    rule "claim" guest.state = claiming & copy[guest.address] != copying ==> begin
      if copy[guest.address] = copied then
        guest.state := draining;
      else
        guest.state := saving;
        copy[guest.address] := copying;
        guest.old := disk[guest.address];
      end;
    end;

    rule "save" guest.state = saving ==> begin
      guest.state := draining;
      cache[guest.address] := guest.old;
      copy[guest.address] := copied;
      undefine guest.old;
    end;

    rule "drain" guest.state = draining & frozen[guest.address] = 0 ==> begin
      guest.state := writing;
    end;

    rule "write" guest.state = writing ==> begin
      guest.state := idle;
      disk[guest.address] := guest.data;
      undefine guest.address;
      undefine guest.data;
    end;

  end;
end;

ruleset r: ReaderId do
  alias reader: readers[r] do

    ruleset c: Cluster do
      rule "choose" reader.state = resting ==> begin
        reader.address := c;
        if copy[c] = copied then
          reader.state := readingCache;
        else
          reader.state := readingDisk;
          frozen[c] := frozen[c] + 1;
        end;
      end;
    end;

    rule "read cache" reader.state = readingCache ==> begin
      assert cache[reader.address] = 0;
      reader.state := resting;
      undefine reader.address;
    end;

    rule "read disk" reader.state = readingDisk ==> begin
      assert disk[reader.address] = 0;
      frozen[reader.address] := frozen[reader.address] - 1;
      reader.state := resting;
      undefine reader.address;
    end;

  end;
end;
