// Shared buffers change hands: acquiring, releasing, and waiting for that, with the copies and the rules.
#ifndef TESTS_LAYER_HAND_OVER_H
#define TESTS_LAYER_HAND_OVER_H

#include "ledger.h"

// ---- Acquiring and releasing ------------------------------------------------------------------

// One call that acquires or releases.
typedef struct handing {
    const char *call;
    bool acquiring;
    cl_command_queue queue;
    cl_context context; // the queue's
    cl_event done;
} handing;

static cl_int acquire(const handing *h, object *o) {
    if (o->owner == OWNER_CL)
        return violation(CL_INVALID_OPERATION, "%s: buffer %u is acquired already", h->call, o->name);
    if (o->owner == OWNER_NOBODY)
        return violation(CL_INVALID_OPERATION, "%s: nobody has waited for the release of buffer %u", h->call,
                         o->name);
    const size_t size = gl_size(&o->home, o->name);
    if (size != o->size)
        return violation(CL_INVALID_GL_OBJECT, "%s: buffer %u had %zu bytes when it was shared, now %zu",
                         h->call, o->name, o->size, size);
    if (gl_is_mapped(&o->home, o->name))
        return violation(CL_INVALID_GL_OBJECT, "%s: buffer %u is mapped", h->call, o->name);
    gl_read(&o->home, o->name, o->contents, size);
    const cl_int code =
        next.clEnqueueWriteBuffer(h->queue, o->mem, CL_TRUE, 0, size, o->contents, 0, NULL, NULL);
    if (code) return code;
    gl_write(&o->home, o->name, o->poison, size);
    o->owner = OWNER_CL;
    ledger.acquired++;
    return CL_SUCCESS;
}

static cl_int release(const handing *h, object *o) {
    if (o->owner != OWNER_CL)
        return violation(CL_INVALID_OPERATION, "%s: buffer %u is not acquired", h->call, o->name);
    cl_int code = next.clEnqueueReadBuffer(h->queue, o->mem, CL_TRUE, 0, o->size, o->contents, 0, NULL, NULL);
    if (!code)
        code = next.clEnqueueWriteBuffer(h->queue, o->mem, CL_TRUE, 0, o->size, o->poison, 0, NULL, NULL);
    if (code) return code;
    next.clRetainEvent(h->done);
    o->release = h->done;
    o->via = h->queue;
    o->owner = OWNER_NOBODY;
    ledger.released++;
    return CL_SUCCESS;
}

static cl_int each_object(const handing *h, cl_uint count, const cl_mem *mems) {
    cl_int code = CL_SUCCESS;
    for (cl_uint i = 0; !code && i < count; i++) { // those before a refused one stay as they have become
        object *o = object_find(mems[i]);
        if (!o)
            code = violation(CL_INVALID_GL_OBJECT, "%s: the object was not made from OpenGL's", h->call);
        else if (o->context != h->context)
            code = violation(CL_INVALID_CONTEXT, "%s: buffer %u is of another context", h->call, o->name);
        else
            code = h->acquiring ? acquire(h, o) : release(h, o);
    }
    return code;
}

// What has to hold whatever the objects are, asked before anything gives OpenGL time to finish.
static cl_int check_home(handing *h) {
    const cl_int code =
        next.clGetCommandQueueInfo(h->queue, CL_QUEUE_CONTEXT, sizeof h->context, &h->context, NULL);
    if (code) return code;
    const sharing *s = sharing_find(h->context);
    if (!s) return violation(CL_INVALID_CONTEXT, "%s: the queue's context does not share", h->call);
    if (!h->acquiring) return CL_SUCCESS; // OpenCL's work alone has to end
    if (!gl_is_current(&s->home))
        return violation(CL_INVALID_OPERATION, "%s: the OpenGL context is not current in this thread",
                         h->call);
    if (!gl_is_finished(&s->home))
        return violation(CL_INVALID_OPERATION, "%s: OpenGL has not finished", h->call);
    return CL_SUCCESS;
}

// Waits outside the lock, so that callbacks of the program may come back into the layer.
static cl_int settle(handing *h, cl_uint count, const cl_event *events) {
    cl_int code = count ? next.clWaitForEvents(count, events) : CL_SUCCESS;
    if (!code) code = next.clFinish(h->queue);
    return code ? code : next.clEnqueueMarkerWithWaitList(h->queue, 0, NULL, &h->done);
}

static cl_int hand_over(handing h, cl_uint count, const cl_mem *mems, cl_uint wait_count,
                        const cl_event *wait, cl_event *event) {
    if ((count == 0) != (mems == NULL)) return CL_INVALID_VALUE;
    pthread_mutex_lock(&lock);
    cl_int code = check_home(&h);
    pthread_mutex_unlock(&lock);
    if (!code) code = settle(&h, wait_count, wait);
    if (code) return code;
    pthread_mutex_lock(&lock);
    code = each_object(&h, count, mems);
    pthread_mutex_unlock(&lock);
    if (!code && event)
        *event = h.done;
    else
        next.clReleaseEvent(h.done);
    return code;
}

static cl_int CL_API_CALL enqueue_acquire(cl_command_queue queue, cl_uint count, const cl_mem *mems,
                                          cl_uint wait_count, const cl_event *wait, cl_event *event) {
    if (fault_is("acquire")) return CL_OUT_OF_RESOURCES;
    const handing h = {"clEnqueueAcquireGLObjects", true, queue, NULL, NULL};
    return hand_over(h, count, mems, wait_count, wait, event);
}

static cl_int CL_API_CALL enqueue_release(cl_command_queue queue, cl_uint count, const cl_mem *mems,
                                          cl_uint wait_count, const cl_event *wait, cl_event *event) {
    const handing h = {"clEnqueueReleaseGLObjects", false, queue, NULL, NULL};
    return hand_over(h, count, mems, wait_count, wait, event);
}

// ---- Waiting ----------------------------------------------------------------------------------

// Whether OpenGL has left a buffer alone that it did not own.
static bool is_untouched(const object *o) {
    void *found = allocate(o->size);
    gl_read(&o->home, o->name, found, o->size);
    const bool untouched = memcmp(found, o->poison, o->size) == 0;
    free(found);
    return untouched;
}

static cl_int deliver(object *o, const char *call) {
    if (!gl_is_current(&o->home))
        return violation(CL_INVALID_OPERATION,
                         "%s: buffer %u is released, but its OpenGL context is not current in this thread",
                         call, o->name);
    o->owner = OWNER_GL;
    next.clReleaseEvent(o->release);
    if (gl_size(&o->home, o->name) != o->size)
        return violation(CL_INVALID_GL_OBJECT, "%s: buffer %u got another size while it was acquired", call,
                         o->name);
    const bool untouched = is_untouched(o);
    gl_write(&o->home, o->name, o->contents, o->size);
    return untouched ? CL_SUCCESS
                     : violation(CL_INVALID_GL_OBJECT, "%s: OpenGL wrote to buffer %u while it was acquired",
                                 call, o->name);
}

// Gives back to OpenGL what was released with the event, or through the queue.
static cl_int waited_for(const char *call, cl_event event, cl_command_queue queue) {
    cl_int code = CL_SUCCESS;
    pthread_mutex_lock(&lock);
    for (object *o = objects; o; o = o->next) {
        if (o->owner != OWNER_NOBODY || (o->release != event && o->via != queue)) continue;
        const cl_int one = deliver(o, call);
        if (one) code = one;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static cl_int CL_API_CALL wait_for_events(cl_uint count, const cl_event *events) {
    cl_int code = next.clWaitForEvents(count, events);
    if (code) return code;
    for (cl_uint i = 0; i < count; i++) {
        const cl_int one = waited_for("clWaitForEvents", events[i], NULL);
        if (one) code = one;
    }
    return code;
}

static cl_int CL_API_CALL finish(cl_command_queue queue) {
    const cl_int code = next.clFinish(queue);
    return code ? code : waited_for("clFinish", NULL, queue);
}

static cl_int CL_API_CALL get_event_info(cl_event event, cl_event_info name, size_t room, void *out,
                                         size_t *size_out) {
    const cl_int code = next.clGetEventInfo(event, name, room, out, size_out);
    if (code || !out || name != CL_EVENT_COMMAND_EXECUTION_STATUS || *(cl_int *)out != CL_COMPLETE)
        return code;
    return waited_for("clGetEventInfo", event, NULL);
}

#endif
