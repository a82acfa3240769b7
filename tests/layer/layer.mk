# The layer that emulates cl_khr_gl_sharing (tests/layer/gl_sharing.c), for test_gl_sharing and for whatever
# is to draw from a shared buffer on a machine without a GPU. It finds OpenCL and OpenGL at run time: a call
# past the driver's table, or a library linked, would not get through -z defs.

LAYER = $(BUILD)/tests/gl_sharing.so

tests: $(LAYER)

$(LAYER): tests/layer/gl_sharing.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call SAY,LAYER,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MT $@ -MF $(@:.so=.d) -shared -Wl,-z,defs $< -o $@
