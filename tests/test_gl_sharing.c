// The layer that emulates cl_khr_gl_sharing, held to its own rules: what is right gives the data, what is
// wrong is refused and logged, each fault does what it says. The layer is loaded with OpenCL, so this
// program runs itself again with it, and once more for each fault.
#include "layer/children.h"
#include "layer/wrong_uses.h"

#include <pthread.h>

// ---- Finding the extension --------------------------------------------------------------------

static void the_extension_is_listed(void **state) {
    session_of(state);
    char list[8192], platform_list[8192];
    size_t size;
    OK(clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, sizeof list, list, &size));
    assert_int_equal(size, strlen(list) + 1);
    assert_non_null(strstr(list, " cl_khr_gl_sharing"));
    assert_non_null(strstr(list, "cl_khr_"));
    OK(clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, size, list, NULL));
    assert_int_equal(clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, size - 1, list, NULL), CL_INVALID_VALUE);
    OK(clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, 0, NULL, &size));
    assert_int_equal(size, strlen(list) + 1);
    OK(clGetPlatformInfo(platform, CL_PLATFORM_EXTENSIONS, sizeof platform_list, platform_list, &size));
    assert_int_equal(size, strlen(platform_list) + 1);
    assert_non_null(strstr(platform_list, " cl_khr_gl_sharing"));
    OK(clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof list, list, NULL));
    assert_null(strstr(list, "cl_khr_gl_sharing"));
}

static void functions_are_found(void **state) {
    session_of(state);
    assert_non_null(find_info());
    assert_non_null(clGetExtensionFunctionAddress("clGetGLContextInfoKHR"));
    assert_non_null(clGetExtensionFunctionAddressForPlatform(platform, "clIcdGetPlatformIDsKHR"));
    assert_null(clGetExtensionFunctionAddressForPlatform(platform, "clNoSuchFunctionKHR"));
}

static void devices_are_named(void **state) {
    session_of(state);
    properties p = sharing_properties(&window, 0);
    cl_device_id named[64] = {0};
    size_t size = 0;
    OK(find_info()(p.list, CL_CURRENT_DEVICE_FOR_GL_CONTEXT_KHR, sizeof named, named, &size));
    assert_int_equal(size, sizeof named[0]);
    OK(find_info()(p.list, CL_DEVICES_FOR_GL_CONTEXT_KHR, 0, NULL, &size));
    assert_true(size >= sizeof named[0]);
    OK(clGetGLContextInfoKHR(p.list, CL_DEVICES_FOR_GL_CONTEXT_KHR, size, named, NULL));
    bool found = false;
    for (size_t i = 0; i < size / sizeof named[0]; i++) found = found || named[i] == device;
    assert_true(found);
    assert_int_equal(find_info()(p.list, CL_DEVICES_FOR_GL_CONTEXT_KHR, size - 1, named, NULL),
                     CL_INVALID_VALUE);
    assert_int_equal(find_info()(p.list, CL_GL_OBJECT_BUFFER, sizeof named, named, NULL), CL_INVALID_VALUE);
    QUIET();
}

static void a_context_without_opengl_has_no_devices(void **state) {
    session_of(state);
    for (int missing = 1; missing < 4; missing += 2) {
        properties p = sharing_properties(&window, 0);
        p.list[missing] = 0;
        assert_int_equal(ask(&p), CL_INVALID_GL_SHAREGROUP_REFERENCE_KHR);
    }
    const properties plain = {{CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0}};
    assert_int_equal(ask(&plain), CL_INVALID_GL_SHAREGROUP_REFERENCE_KHR);
    QUIET();
}

// ---- Contexts ---------------------------------------------------------------------------------

static void contexts_share_only_after_asking(void **state) {
    session_of(state);
    const properties p = sharing_properties(&window, 1);
    size_t size;
    for (int from_type = 0; from_type < 2; from_type++)
        BREAKS(create_code(&p, from_type), CL_INVALID_OPERATION, "has named no device");
    OK(find_info()(p.list, CL_DEVICES_FOR_GL_CONTEXT_KHR, 0, NULL, &size));
    BREAKS(create_code(&p, false), CL_INVALID_OPERATION, "clCreateContext: clGetGLContextInfoKHR");
    OK(ask(&p));
    for (int from_type = 0; from_type < 2; from_type++) OK(create_code(&p, from_type));
    QUIET();
}

static void contexts_need_a_display(void **state) {
    session_of(state);
    properties p = sharing_properties(&window, 0);
    p.list[3] = 0;
    for (int from_type = 0; from_type < 2; from_type++)
        BREAKS(create_code(&p, from_type), CL_INVALID_GL_SHAREGROUP_REFERENCE_KHR, "no display");
}

// ---- Right use --------------------------------------------------------------------------------

static void data_go_both_ways(void **state) {
    session *s = session_of(state);
    for (float factor = 2; factor < 10; factor *= 2) {
        OK(acquire(s));
        OK(launch(s, s->twice));
        OK(release(s));
        OK(clFinish(s->queue));
        assert_true(gl_finds(s, factor));
    }
    QUIET();
}

static void a_release_is_seen_when_its_event_is_waited_for(void **state) {
    session *s = session_of(state);
    cl_event acquired, released;
    gl.Finish();
    OK(clEnqueueAcquireGLObjects(s->queue, 1, &s->shared, 0, NULL, &acquired));
    OK(clWaitForEvents(1, &acquired));
    OK(launch(s, s->twice));
    OK(clEnqueueReleaseGLObjects(s->queue, 1, &s->shared, 1, &acquired, &released));
    assert_true(gl_finds(s, POISON));
    OK(clWaitForEvents(1, &released));
    assert_true(gl_finds(s, 2));
    clReleaseEvent(acquired);
    clReleaseEvent(released);
    QUIET();
}

static void a_release_is_seen_when_its_event_says_complete(void **state) {
    session *s = session_of(state);
    cl_event released;
    OK(acquire(s));
    OK(clEnqueueReleaseGLObjects(s->queue, 1, &s->shared, 0, NULL, &released));
    cl_int status = CL_QUEUED;
    for (int i = 0; i < 10000 && status != CL_COMPLETE; i++) {
        assert_true(gl_finds(s, POISON));
        OK(clGetEventInfo(released, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL));
        usleep(100);
    }
    assert_true(gl_finds(s, 1));
    clReleaseEvent(released);
    QUIET();
}

static void other_waits_are_none(void **state) {
    session *s = session_of(state);
    cl_int code;
    cl_command_queue other = clCreateCommandQueue(s->context, device, 0, &code);
    cl_event marker;
    OK(acquire(s));
    OK(release(s));
    OK(clFinish(other));
    OK(clEnqueueMarkerWithWaitList(other, 0, NULL, &marker));
    OK(clWaitForEvents(1, &marker));
    assert_true(gl_finds(s, POISON));
    OK(clFinish(s->queue));
    assert_true(gl_finds(s, 1));
    clReleaseEvent(marker);
    clReleaseCommandQueue(other);
    QUIET();
}

static void *complete_soon(void *event) {
    usleep(50000);
    clSetUserEventStatus(event, CL_COMPLETE);
    return NULL;
}

// The kernel runs in another queue, after a while; the release is to wait for it.
static void a_release_comes_after_what_it_waits_for(void **state) {
    session *s = session_of(state);
    const size_t size = FLOATS;
    cl_int code;
    cl_event ran;
    pthread_t thread;
    cl_command_queue other = clCreateCommandQueue(s->context, device, 0, &code);
    cl_event gate = clCreateUserEvent(s->context, &code);
    OK(acquire(s));
    OK(clEnqueueNDRangeKernel(other, s->twice, 1, NULL, &size, NULL, 1, &gate, &ran));
    OK(clFlush(other));
    assert_int_equal(pthread_create(&thread, NULL, complete_soon, gate), 0);
    OK(clEnqueueReleaseGLObjects(s->queue, 1, &s->shared, 1, &ran, NULL));
    OK(clFinish(s->queue));
    assert_true(gl_finds(s, 2));
    pthread_join(thread, NULL);
    clReleaseEvent(gate);
    clReleaseEvent(ran);
    clReleaseCommandQueue(other);
    QUIET();
}

static void opengl_finds_poison_while_opencl_has_the_buffer(void **state) {
    session *s = session_of(state);
    assert_true(gl_finds(s, 1));
    OK(acquire(s));
    assert_true(gl_finds(s, POISON));
    OK(clFinish(s->queue));
    assert_true(gl_finds(s, POISON));
    OK(release(s));
    assert_true(gl_finds(s, POISON));
    OK(clFinish(s->queue));
    assert_true(gl_finds(s, 1));
    QUIET();
}

// What a program sees that goes round the rules: copies to images are not followed.
static uint32_t first_bits(session *s) {
    const cl_image_format format = {CL_R, CL_UNSIGNED_INT32};
    const cl_image_desc desc = {.image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 1, .image_height = 1};
    const size_t origin[3] = {0}, region[3] = {1, 1, 1};
    cl_int code;
    uint32_t found = 0;
    cl_mem image = clCreateImage(s->context, CL_MEM_READ_WRITE, &format, &desc, NULL, &code);
    OK(code);
    OK(clEnqueueCopyBufferToImage(s->queue, s->shared, image, 0, origin, region, 0, NULL, NULL));
    OK(clEnqueueReadImage(s->queue, image, CL_TRUE, origin, region, 0, 0, &found, 0, NULL, NULL));
    clReleaseMemObject(image);
    return found;
}

static void opencl_finds_poison_while_opengl_has_the_buffer(void **state) {
    session *s = session_of(state);
    assert_int_equal(first_bits(s), 0x7FC00BAD);
    OK(acquire(s));
    assert_int_equal(first_bits(s), 0xC2C80000); // −100
    OK(release(s));
    assert_int_equal(first_bits(s), 0x7FC00BAD);
    OK(clFinish(s->queue));
    assert_int_equal(first_bits(s), 0x7FC00BAD);
}

static void commands_work_on_an_acquired_buffer(void **state) {
    session *s = session_of(state);
    float values[FLOATS], one = 1;
    cl_int code;
    OK(acquire(s));
    OK(clEnqueueReadBuffer(s->queue, s->shared, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL));
    assert_true(values[0] == -100 && values[FLOATS - 1] == FLOATS - 101);
    OK(clEnqueueFillBuffer(s->queue, s->shared, &one, sizeof one, 0, sizeof values, 0, NULL, NULL));
    OK(clEnqueueCopyBuffer(s->queue, s->shared, s->plain, 0, 0, sizeof values, 0, NULL, NULL));
    float *mapped =
        clEnqueueMapBuffer(s->queue, s->shared, CL_TRUE, CL_MAP_READ, 0, sizeof values, 0, NULL, NULL, &code);
    OK(code);
    assert_true(mapped[0] == 1 && mapped[FLOATS - 1] == 1);
    OK(clEnqueueUnmapMemObject(s->queue, s->shared, mapped, 0, NULL, NULL));
    fill(values, 3);
    OK(clEnqueueWriteBuffer(s->queue, s->shared, CL_TRUE, 0, sizeof values, values, 0, NULL, NULL));
    OK(release(s));
    OK(clFinish(s->queue));
    assert_true(gl_finds(s, 3));
    QUIET();
}

static void bindings_are_put_back(void **state) {
    session *s = session_of(state);
    const GLuint mine = make_store(16, NULL);
    GLint unpack = 0, copy = 0;
    gl.BindBuffer(GL_COPY_WRITE_BUFFER, mine);
    OK(acquire(s));
    OK(release(s));
    OK(clFinish(s->queue));
    gl.GetIntegerv(GL_COPY_WRITE_BUFFER_BINDING, &copy);
    gl.GetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &unpack);
    assert_int_equal(copy, mine);
    assert_int_equal(unpack, mine);
    gl.DeleteBuffers(1, &mine);
}

static cl_uint references(cl_event event) {
    cl_uint count = 0;
    OK(clGetEventInfo(event, CL_EVENT_REFERENCE_COUNT, sizeof count, &count, NULL));
    return count;
}

static void events_are_let_go(void **state) {
    session *s = session_of(state);
    cl_event acquired, released;
    gl.Finish();
    OK(clEnqueueAcquireGLObjects(s->queue, 1, &s->shared, 0, NULL, &acquired));
    OK(clEnqueueReleaseGLObjects(s->queue, 1, &s->shared, 0, NULL, &released));
    OK(clWaitForEvents(1, &released));
    assert_int_equal(references(acquired), 1);
    assert_int_equal(references(released), 1);
    clReleaseEvent(acquired);
    clReleaseEvent(released);
}

static void objects_say_what_they_are(void **state) {
    session *s = session_of(state);
    cl_gl_object_type type = 0;
    cl_GLuint name = 0;
    size_t size = 0;
    OK(clGetGLObjectInfo(s->shared, &type, &name));
    assert_int_equal(type, CL_GL_OBJECT_BUFFER);
    assert_int_equal(name, s->name);
    OK(clGetGLObjectInfo(s->shared, NULL, NULL));
    assert_int_equal(clGetGLObjectInfo(s->plain, &type, &name), CL_INVALID_GL_OBJECT);
    OK(clGetMemObjectInfo(s->shared, CL_MEM_SIZE, sizeof size, &size, NULL));
    assert_int_equal(size, BYTES);
}

// ---- Making objects wrongly -------------------------------------------------------------------

static cl_int create(cl_context context, cl_mem_flags flags, GLuint name) {
    cl_int code = 1;
    cl_mem mem = clCreateFromGLBuffer(context, flags, name, &code);
    if (mem) clReleaseMemObject(mem);
    assert_true((mem == NULL) == (code != CL_SUCCESS));
    return code;
}

// A new context likely has the address of the last one.
static void buffers_are_made_in_a_sharing_context(void **state) {
    session *s = session_of(state);
    const properties p = sharing_properties(&window, 0);
    for (int i = 0; i < 20; i++) {
        cl_int code;
        cl_context old = open_sharing(&p, &code);
        OK(create(old, CL_MEM_READ_WRITE, s->name));
        OK(clReleaseContext(old));
        cl_context plain = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
        OK(code);
        BREAKS(create(plain, CL_MEM_READ_WRITE, s->name), CL_INVALID_CONTEXT, "context does not share");
        OK(clReleaseContext(plain));
    }
}

static void buffers_are_made_from_a_store(void **state) {
    session *s = session_of(state);
    const GLuint empty = make_store(0, NULL);
    OK(create(s->context, CL_MEM_WRITE_ONLY, s->name));
    BREAKS(create(s->context, CL_MEM_READ_WRITE, 12345), CL_INVALID_GL_OBJECT, "12345 is no buffer");
    BREAKS(create(s->context, CL_MEM_READ_WRITE, empty), CL_INVALID_GL_OBJECT, "is no buffer with a store");
    BREAKS(create(s->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, s->name), CL_INVALID_VALUE, "flags");
    gl.DeleteBuffers(1, &empty);
}

static void buffers_are_made_with_opengl_current(void **state) {
    session *s = session_of(state);
    for (int other = -1; other < 2; other += 2) {
        headless_make_current(&window, other);
        const cl_int code = create(s->context, CL_MEM_READ_WRITE, s->name);
        headless_make_current(&window, 0);
        BREAKS(code, CL_INVALID_OPERATION, "clCreateFromGLBuffer: the OpenGL context is not current");
    }
}

static void textures_are_refused(void **state) {
    session *s = session_of(state);
    cl_int code;
    assert_null(clCreateFromGLTexture(s->context, CL_MEM_READ_WRITE, GL_TEXTURE_2D, 0, 1, &code));
    assert_int_equal(code, CL_INVALID_OPERATION);
}

// ---- Acquiring and releasing wrongly ----------------------------------------------------------

static void a_buffer_is_acquired_once(void **state) {
    session *s = session_of(state);
    OK(acquire(s));
    BREAKS(acquire(s), CL_INVALID_OPERATION, "is acquired already");
    OK(release(s));
    BREAKS(acquire(s), CL_INVALID_OPERATION, "nobody has waited");
    OK(clFinish(s->queue));
    const cl_mem both[] = {s->shared, s->shared};
    BREAKS(clEnqueueAcquireGLObjects(s->queue, 2, both, 0, NULL, NULL), CL_INVALID_OPERATION,
           "is acquired already");
    OK(release(s));
    OK(clFinish(s->queue));
    QUIET();
}

static void a_buffer_is_released_once(void **state) {
    session *s = session_of(state);
    BREAKS(release(s), CL_INVALID_OPERATION, "is not acquired");
    OK(acquire(s));
    OK(release(s));
    BREAKS(release(s), CL_INVALID_OPERATION, "is not acquired");
    OK(clFinish(s->queue));
}

static void only_shared_buffers_are_acquired(void **state) {
    session *s = session_of(state);
    BREAKS(clEnqueueAcquireGLObjects(s->queue, 1, &s->plain, 0, NULL, NULL), CL_INVALID_GL_OBJECT,
           "clEnqueueAcquireGLObjects: the object was not made from OpenGL's");
    BREAKS(clEnqueueReleaseGLObjects(s->queue, 1, &s->plain, 0, NULL, NULL), CL_INVALID_GL_OBJECT,
           "clEnqueueReleaseGLObjects: the object was not made from OpenGL's");
    assert_int_equal(clEnqueueAcquireGLObjects(s->queue, 1, NULL, 0, NULL, NULL), CL_INVALID_VALUE);
    OK(clEnqueueAcquireGLObjects(s->queue, 0, NULL, 0, NULL, NULL));
}

static void queues_are_of_the_buffers_context(void **state) {
    session *s = session_of(state);
    session other;
    OK(session_open(&other));
    BREAKS(clEnqueueAcquireGLObjects(other.queue, 1, &s->shared, 0, NULL, NULL), CL_INVALID_CONTEXT,
           "is of another context");
    session_close(&other);
    cl_int code;
    cl_context plain = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    cl_command_queue queue = clCreateCommandQueue(plain, device, 0, &code);
    BREAKS(clEnqueueAcquireGLObjects(queue, 1, &s->shared, 0, NULL, NULL), CL_INVALID_CONTEXT,
           "the queue's context does not share");
    clReleaseCommandQueue(queue);
    clReleaseContext(plain);
}

static void *acquire_in_thread(void *context) {
    session *s = context;
    static cl_int code;
    code = clEnqueueAcquireGLObjects(s->queue, 1, &s->shared, 0, NULL, NULL);
    return &code;
}

static void opengl_is_current_when_acquiring(void **state) {
    session *s = session_of(state);
    for (int other = -1; other < 2; other += 2) {
        headless_make_current(&window, other);
        const cl_int code = clEnqueueAcquireGLObjects(s->queue, 1, &s->shared, 0, NULL, NULL);
        headless_make_current(&window, 0);
        BREAKS(code, CL_INVALID_OPERATION, "clEnqueueAcquireGLObjects: the OpenGL context is not current");
    }
    pthread_t thread;
    void *code;
    assert_int_equal(pthread_create(&thread, NULL, acquire_in_thread, s), 0);
    pthread_join(thread, &code);
    BREAKS(*(cl_int *)code, CL_INVALID_OPERATION, "not current in this thread");
}

static void opengl_is_current_when_a_release_is_waited_for(void **state) {
    session *s = session_of(state);
    OK(acquire(s));
    OK(release(s));
    headless_make_current(&window, -1);
    const cl_int code = clFinish(s->queue);
    headless_make_current(&window, 0);
    BREAKS(code, CL_INVALID_OPERATION, "is released, but its OpenGL context is not current");
    assert_true(gl_finds(s, POISON));
    OK(clFinish(s->queue));
    assert_true(gl_finds(s, 1));
}

// A clear of 256 MB takes llvmpipe some milliseconds; should this thread lose the processor for as long,
// the next try will do.
static void opengl_has_finished_when_acquiring(void **state) {
    session *s = session_of(state);
    if (!strstr((const char *)gl.GetString(GL_RENDERER), "llvmpipe")) {
        print_message("  skipped: only llvmpipe tells whether it has finished\n");
        skip();
    }
    GLuint framebuffer, image;
    gl.GenFramebuffers(1, &framebuffer);
    gl.BindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    gl.GenRenderbuffers(1, &image);
    gl.BindRenderbuffer(GL_RENDERBUFFER, image);
    gl.RenderbufferStorage(GL_RENDERBUFFER, GL_RGBA32F, 4096, 4096);
    gl.FramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, image);
    cl_int code = CL_SUCCESS;
    for (int i = 0; i < 20 && !code; i++) {
        gl.Clear(GL_COLOR_BUFFER_BIT);
        code = clEnqueueAcquireGLObjects(s->queue, 1, &s->shared, 0, NULL, NULL);
        if (!code) OK(release(s));
        OK(clFinish(s->queue));
    }
    BREAKS(code, CL_INVALID_OPERATION, "OpenGL has not finished");
    OK(acquire(s));
    OK(release(s));
    OK(clFinish(s->queue));
    gl.DeleteRenderbuffers(1, &image);
    gl.DeleteFramebuffers(1, &framebuffer);
    QUIET();
}

static void a_store_keeps_its_size(void **state) {
    session *s = session_of(state);
    gl.BindBuffer(GL_PIXEL_UNPACK_BUFFER, s->name);
    gl.BufferData(GL_PIXEL_UNPACK_BUFFER, BYTES + 4, NULL, GL_STREAM_DRAW);
    BREAKS(acquire(s), CL_INVALID_GL_OBJECT, "had 4002 bytes when it was shared, now 4006");
    gl.BufferData(GL_PIXEL_UNPACK_BUFFER, BYTES, NULL, GL_STREAM_DRAW);
    OK(acquire(s));
    OK(release(s));
    gl.BufferData(GL_PIXEL_UNPACK_BUFFER, BYTES - 4, NULL, GL_STREAM_DRAW);
    BREAKS(clFinish(s->queue), CL_INVALID_GL_OBJECT, "got another size while it was acquired");
    gl.DeleteBuffers(1, &s->name);
    BREAKS(acquire(s), CL_INVALID_GL_OBJECT, "now 0");
    s->name = 0;
}

static void opengl_leaves_an_acquired_buffer_alone(void **state) {
    session *s = session_of(state);
    OK(acquire(s));
    gl.BindBuffer(GL_PIXEL_UNPACK_BUFFER, s->name);
    gl.BufferSubData(GL_PIXEL_UNPACK_BUFFER, BYTES - 1, 1, "!");
    OK(release(s));
    BREAKS(clFinish(s->queue), CL_INVALID_GL_OBJECT, "OpenGL wrote to buffer");
    gl.MapBuffer(GL_PIXEL_UNPACK_BUFFER, GL_READ_ONLY);
    BREAKS(acquire(s), CL_INVALID_GL_OBJECT, "is mapped");
    gl.UnmapBuffer(GL_PIXEL_UNPACK_BUFFER);
}

// ---- All --------------------------------------------------------------------------------------

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_session, close_session)

static int run_group(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_extension_is_listed),
        TEST(functions_are_found),
        TEST(devices_are_named),
        TEST(a_context_without_opengl_has_no_devices),
        TEST(contexts_share_only_after_asking),
        TEST(contexts_need_a_display),
        TEST(data_go_both_ways),
        TEST(a_release_is_seen_when_its_event_is_waited_for),
        TEST(a_release_is_seen_when_its_event_says_complete),
        TEST(other_waits_are_none),
        TEST(a_release_comes_after_what_it_waits_for),
        TEST(opengl_finds_poison_while_opencl_has_the_buffer),
        TEST(opencl_finds_poison_while_opengl_has_the_buffer),
        TEST(commands_work_on_an_acquired_buffer),
        TEST(bindings_are_put_back),
        TEST(events_are_let_go),
        TEST(objects_say_what_they_are),
        TEST(buffers_are_made_in_a_sharing_context),
        TEST(buffers_are_made_from_a_store),
        TEST(buffers_are_made_with_opengl_current),
        TEST(textures_are_refused),
        TEST(a_buffer_is_acquired_once),
        TEST(a_buffer_is_released_once),
        TEST(only_shared_buffers_are_acquired),
        TEST(queues_are_of_the_buffers_context),
        TEST(opengl_is_current_when_acquiring),
        TEST(opengl_is_current_when_a_release_is_waited_for),
        TEST(opengl_has_finished_when_acquiring),
        TEST(a_store_keeps_its_size),
        TEST(opengl_leaves_an_acquired_buffer_alone),
        TEST(kernels_use_acquired_buffers),
        TEST(clones_and_siblings_of_kernels_are_followed),
        TEST(new_kernels_have_no_arguments),
        TEST(kernels_forget_what_is_gone),
        TEST(commands_use_acquired_buffers),
        TEST(shared_buffers_have_no_parts),
        TEST(buffers_end_with_opengl),
        cmocka_unit_test(faults_and_summaries),
    };
    alarm(600); // a crash inside the layer leaves it locked, and the next test would wait for ever
    return cmocka_run_group_tests_name("gl sharing layer", tests, open_all, close_all);
}

// Without an argument it becomes the same program with the layer.
int main(int argc, char **argv) {
    if (argc > 1) return strcmp(argv[1], "tests") == 0 ? run_group() : child_main(argv[1]);
    if (access(layer_path(), R_OK) != 0) {
        fprintf(stderr, "%s is not there: build it, or name it in GL_SHARING_LAYER\n", layer_path());
        return 1;
    }
    set_environment(layer_path(), "", "test_gl_sharing.log");
    execl("/proc/self/exe", argv[0], "tests", (char *)NULL);
    perror("/proc/self/exe");
    return 1;
}
