// The memory of a device in which planes are visitors, and the thread that brings them and takes them away
// while the device computes. One thread calls these functions.
#ifndef OHM_SLOTS_H
#define OHM_SLOTS_H

#include "../engine.h"
#include "home.h"

// What is in a visitor's home.
typedef enum content { CONTENT_NONE, CONTENT_ZERO, CONTENT_THERE } content;

typedef struct slot slot;

// A plane that visits.
typedef struct visitor {
    buffer base;
    place place;
    content content; // of its place, once all that is under way is done
    slot *slot;      // where it is, or comes to; or NULL
    size_t number;   // in the order of their making
} visitor;

typedef struct slots slots;

// Memory of the inner engine for so many visitors of up to bytes each. Errors: OHM_OUT_OF_MEMORY,
// OHM_DEVICE_FAILED.
ohm_status slots_open(engine *inner, home *h, size_t count, uint64_t bytes, slots **s);

// Waits for what is under way. Legal on NULL.
void slots_close(slots *s);

// A launch begins: until the next one, whoever is fetched for it stays.
void slots_begin(slots *s);

// Brings a visitor, and waits until it is there. Errors: OHM_IO_FAILED, OHM_DEVICE_FAILED; also of one that
// has left.
ohm_status slots_fetch(slots *s, visitor *v);

// Begins to bring one that will be wanted, if there is a slot that is not.
void slots_expect(slots *s, visitor *v);

// Where it is, as a buffer of the inner engine; NULL if it is at home.
buffer *slots_of(slots *s, const visitor *v);

// Its content in its slot has changed, or is about to.
void slots_touch(visitor *v);

// Forgets what is in its slot; its home has this content now.
void slots_drop(slots *s, visitor *v, content now);

// Its home has what is in its slot.
void slots_saved(slots *s, visitor *v);

// Whether what has come and left by now did so: a slot that could not be filled holds rubbish.
// Errors: OHM_IO_FAILED, OHM_DEVICE_FAILED.
ohm_status slots_check(slots *s);

// Waits until everything that leaves is home. Errors: those of slots_check.
ohm_status slots_settle(slots *s);

#endif
