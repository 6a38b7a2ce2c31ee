// The yardstick model as a plain breadth-first search in C++, written by hand: the physical limit
// that a checker on one thread is measured against (models/fleece.ts says what the model means).
//
//     g++ -O3 -march=native -DC=4 -DG=4 -DR=2 -DV=2 fleece.cpp && ./a.out
//
// A state is one 64-bit word. The visited set is one open-addressed table of such words; it doubles
// when it is more than 5/8 full. With -DAHEAD=32, successors wait in a ring of that length until
// the cache lines of their slots have arrived; without it, nothing clever happens.
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#ifndef AHEAD
#define AHEAD 0
#endif

using Word = uint64_t;

constexpr int bitsFor(int values) { return values <= 1 ? 0 : 1 + bitsFor((values + 1) / 2); }
constexpr Word low(int bits) { return (Word(1) << bits) - 1; }

enum Copy { fresh, copying, copied };
enum Guest { idle, claiming, saving, draining, writing };
enum Reader { resting, readingCache, readingDisk };

// Fields of a cluster, of a guest and of a reader, from the lowest bit up.
constexpr int frozenBits = bitsFor(R + 1), valueBits = bitsFor(V), addressBits = bitsFor(C);
constexpr int frozenAt = 2, diskAt = frozenAt + frozenBits, cacheAt = diskAt + valueBits;
constexpr int clusterBits = cacheAt + valueBits;
constexpr int guestAddressAt = 3, dataAt = guestAddressAt + addressBits, oldAt = dataAt + valueBits;
constexpr int guestBits = oldAt + valueBits;
constexpr int readerAddressAt = 2, readerBits = readerAddressAt + addressBits;
constexpr int guestsAt = C * clusterBits, readersAt = guestsAt + G * guestBits;
static_assert(readersAt + R * readerBits < 64, "a state must leave one bit of its word free");

static inline int get(Word s, int at, int bits) { return int(s >> at & low(bits)); }
static inline Word put(Word s, int at, int bits, int value) {
  return (s & ~(low(bits) << at)) | Word(value) << at;
}

static bool broken = false;

// Calls emit for every successor of a state.
template <class Emit> static inline void successors(Word s, Emit emit) {
  for (int g = 0; g < G; g++) {
    const int at = guestsAt + g * guestBits;
    const int address = get(s, at + guestAddressAt, addressBits);
    const int cluster = address * clusterBits;
    const Word forgotOld = put(s, at + oldAt, valueBits, 0);
    switch (get(s, at, 3)) {
      case idle:
        for (int c = 0; c < C; c++) {
          const Word chosen = s | Word(claiming) << at | Word(c) << (at + guestAddressAt);
          for (int v = 1; v < V; v++) emit(chosen | Word(v) << (at + dataAt));
        }
        break;
      case claiming:
        if (get(s, cluster, 2) == copied) emit(put(s, at, 3, draining));
        if (get(s, cluster, 2) == fresh) {
          const Word old = Word(get(s, cluster + diskAt, valueBits));
          emit(put(put(s, at, 3, saving), cluster, 2, copying) | old << (at + oldAt));
        }
        break;
      case saving:
        emit(put(put(put(forgotOld, at, 3, draining), cluster, 2, copied), cluster + cacheAt,
                 valueBits, get(s, at + oldAt, valueBits)));
        break;
      case draining:
        if (get(s, cluster + frozenAt, frozenBits) == 0) emit(put(s, at, 3, writing));
        break;
      case writing:
        emit(put(put(s, at, guestBits, 0), cluster + diskAt, valueBits,
                 get(s, at + dataAt, valueBits)));
    }
  }
  for (int r = 0; r < R; r++) {
    const int at = readersAt + r * readerBits;
    const int state = get(s, at, 2);
    if (state == resting) {
      for (int c = 0; c < C; c++) {
        const Word chosen = s | Word(c) << (at + readerAddressAt);
        if (get(s, c * clusterBits, 2) == copied) emit(chosen | Word(readingCache) << at);
        else emit((chosen | Word(readingDisk) << at) + (Word(1) << (c * clusterBits + frozenAt)));
      }
    } else {
      const int cluster = get(s, at + readerAddressAt, addressBits) * clusterBits;
      const int cell = cluster + (state == readingDisk ? diskAt : cacheAt);
      if (get(s, cell, valueBits) != 0) broken = true;
      const Word done = put(s, at, readerBits, 0);
      emit(state == readingDisk ? done - (Word(1) << (cluster + frozenAt)) : done);
    }
  }
}

static Word* table;
static Word mask;

static inline Word slotOf(Word s) {
  s *= 0x9e3779b97f4a7c15u;
  return (s ^ s >> 32) * 0xd6e8feb86659fd93u >> 20 & mask;
}

static void allocate(Word slots) {
  table = static_cast<Word*>(calloc(slots, sizeof(Word)));
  mask = slots - 1;
}

// Whether a state is new. Slots hold state + 1, because 0 is a state and an empty slot as well.
static inline bool insert(Word s) {
  Word slot = slotOf(s);
  for (; table[slot] != 0; slot = (slot + 1) & mask)
    if (table[slot] == s + 1) return false;
  table[slot] = s + 1;
  return true;
}

static void grow() {
  Word* const smaller = table;
  const Word slots = mask + 1;
  allocate(slots * 2);
  for (Word slot = 0; slot < slots; slot++)
    if (smaller[slot] != 0) insert(smaller[slot] - 1);
  free(smaller);
}

int main() {
  const auto begun = std::chrono::steady_clock::now();
  Word states = 1, transitions = 0, ring[AHEAD + 1] = {};
  int depth = 0;
  allocate(Word(1) << 16);
  insert(0);
  std::vector<Word> level{0}, next;
  for (; !level.empty(); level.swap(next), next.clear()) {
    unsigned head = 0, tail = 0;
    const auto settle = [&](Word s) { if (insert(s)) next.push_back(s); };
    for (const Word s : level) {
      successors(s, [&](Word successor) {
        transitions++;
        if (AHEAD == 0) return settle(successor);
        __builtin_prefetch(&table[slotOf(successor)], 1);
        if (head - tail == AHEAD) settle(ring[tail++ % (AHEAD + 1)]);
        ring[head++ % (AHEAD + 1)] = successor;
      });
      if ((states + next.size()) * 8 > (mask + 1) * 5) grow();
    }
    while (tail != head) settle(ring[tail++ % (AHEAD + 1)]);
    states += next.size();
    if (!next.empty()) depth++;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%llu states, %llu transitions, depth %d, %s, %.3f s, peak %ld KiB\n",
         static_cast<unsigned long long>(states), static_cast<unsigned long long>(transitions),
         depth, broken ? "violated" : "holds", seconds.count(), usage.ru_maxrss);
}
