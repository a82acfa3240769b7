# The OpenCL layers: the one that emulates cl_khr_gl_sharing (tests/layer/gl_sharing.c), for test_gl_sharing
# and for whatever is to draw from a shared buffer on a machine without a GPU, and the one that loses devices
# (tests/layer/fault.c). They find OpenCL and OpenGL at run time: a call past the driver's table, or a library
# linked, would not get through -z defs.

LAYERS = $(patsubst %,$(BUILD)/tests/%.so,gl_sharing fault)

tests: $(LAYERS)

$(LAYERS): $(BUILD)/tests/%.so: tests/layer/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call SAY,LAYER,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -MT $@ -MF $(@:.so=.d) -shared -Wl,-z,defs $< -o $@
